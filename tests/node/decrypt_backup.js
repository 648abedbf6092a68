// Decrypts a backup with the TypeScript implementation of age: node decrypt_backup.js IDENTITY BACKUP
import { readFileSync } from "node:fs";
import { Decrypter } from "age-encryption";

const [identity, backup] = process.argv.slice(2);
const decrypter = new Decrypter();
decrypter.addIdentity(readFileSync(identity, "utf8").split("\n").find((line) => line.startsWith("AGE-SECRET-KEY-")));
process.stdout.write(await decrypter.decrypt(readFileSync(backup)));
