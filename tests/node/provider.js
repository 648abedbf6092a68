// A certified OpenID provider (https://github.com/panva/node-oidc-provider) with one client and a login of its own:
// node provider.js PORT REDIRECT_URI
import Provider from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const people = {
  lead: { email: "lead@rumst.example", loket_roles: ["rumst/lead/milieu", "kontich/agent"] },
  [`${"ministerie/afdeling/".repeat(5)}an`]: { email: "an@rumst.example", loket_roles: ["rumst/lead"] },
  [`${"ministerie/afdeling/".repeat(5)}bo`]: { email: "bo@rumst.example", loket_roles: ["rumst/agent"] },
  nobody: { email: "nobody@rumst.example", loket_roles: [] },
};

const provider = new Provider(issuer, {
  clients: [{ client_id: "loket", client_secret: "right", redirect_uris: [redirect] }],
  claims: { openid: ["sub"], email: ["email"], loket: ["loket_roles"] },
  scopes: ["openid", "email", "loket"],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
