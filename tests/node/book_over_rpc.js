// Searches, books and cancels an appointment over RPC, as docs/reference/rpc.md describes it. The argument is the address
// of the broker; standard output is what booking answered.
import { randomUUID } from "node:crypto";
import amqp from "amqplib";

const EXCHANGE = "nameko-rpc";
const FORMAT = 1;
const SECONDS = 10;

class Refusal extends Error {
  constructor([code, params, errors]) {
    super(code);
    Object.assign(this, { code, params, errors });
  }
}

class Rpc {
  static async connect(address) {
    const rpc = new Rpc();
    rpc.connection = await amqp.connect(address);
    rpc.channel = await rpc.connection.createChannel();
    const { queue } = await rpc.channel.assertQueue("", { exclusive: true, autoDelete: true });
    await rpc.channel.bindQueue(queue, EXCHANGE, queue);
    rpc.waiting = new Map();
    await rpc.channel.consume(queue, (message) => rpc.receive(message), { noAck: true });
    rpc.replies = queue;
    return rpc;
  }

  call(method, kwargs) {
    const correlationId = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.settle(correlationId, "reject", new Error("no answer")), SECONDS * 1000);
      this.waiting.set(correlationId, { resolve, reject, timer });
      this.channel.publish(EXCHANGE, method, Buffer.from(JSON.stringify({ args: [], kwargs })), {
        contentType: "application/json",
        contentEncoding: "utf-8",
        correlationId,
        replyTo: this.replies,
        expiration: SECONDS * 1000,
        headers: { "rpc-version": FORMAT, "nameko.deadline": Date.now() + SECONDS * 1000 },
      });
    });
  }

  receive(message) {
    const { result, error } = JSON.parse(message.content.toString());
    const failure = error && (error.exc_type === "Refusal" ? new Refusal(error.exc_args) : new Error(error.value));
    this.settle(message.properties.correlationId, failure ? "reject" : "resolve", failure ?? result);
  }

  settle(correlationId, how, value) {
    const call = this.waiting.get(correlationId);
    if (!call) return;
    this.waiting.delete(correlationId);
    clearTimeout(call.timer);
    call[how](value);
  }

  close() {
    return this.connection.close();
  }
}

const municipality = "rumst";
const visit = { appointment_types: ["bouwadvies"], location: "gemeentehuis" };
const rpc = await Rpc.connect(process.argv[2]);
try {
  const { slots } = await rpc.call("booking.free_slots@2", { municipality, criteria: visit });
  const command = {
    ...visit,
    start: slots[0].start,
    contact: { name: "Lieve Demo", email: `${randomUUID()}@example.org` },
    answers: { perceel: "Kerkstraat 1, 2840 Rumst", werken: "verbouwen" },
  };
  const resident = { kind: "resident" };
  const booked = await rpc.call("booking.book@2", {
    municipality,
    command,
    caller: resident,
    idempotency_key: randomUUID(),
  });
  const identifier = booked.id;
  const caller = { ...resident, token: booked.link_token };
  const stranger = await rpc
    .call("booking.cancel@2", { municipality, identifier, command: {}, caller: { ...caller, token: "guessed" } })
    .catch((refusal) => refusal.code);
  const malformed = await rpc
    .call("booking.cancel@2", { municipality, identifier, command: { reasn: "ill" }, caller })
    .catch((refusal) => ({ code: refusal.code, errors: refusal.errors }));
  const cancelled = await rpc.call("booking.cancel@2", { municipality, identifier, command: { reason: "ill" }, caller });
  console.log(JSON.stringify({ slots: slots.length, booked, stranger, malformed, cancelled }));
} finally {
  await rpc.close();
}
