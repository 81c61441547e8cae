// The only part of the e-mail channel that talks to the world: SMTP out, IMAP in; the SMTP door (door.ts) is opened by server/main.
export { listen } from "./imap.ts";
export { close, deliver } from "./smtp.ts";
