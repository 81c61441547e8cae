// Softphones: each an endpoint that Asterisk is told of while it runs, with a password of its own. Called by engine.ts.
import { createHash, createHmac } from "node:crypto";
import { part } from "./link.ts";
import { type Device, type Do, done, type Ground, no, refusal } from "./legs.ts";

/** The name by which Asterisk knows a device; nothing in it but letters and digits. */
export const userOf = (ground: Ground, deviceId: string): string =>
  `d${createHash("sha256").update(`${ground.place.app} ${deviceId}`).digest("hex").slice(0, 31)}`;

/**
 * A device's password: whoever does not know Asterisk's own cannot guess it, and every node of ours, also after a restart, says the same. A device's
 * id is new with each desk that opens, and so is its password.
 */
const passwordOf = (ground: Ground, deviceId: string): string =>
  createHmac("sha256", ground.place.password).update(`device ${ground.place.app} ${deviceId}`).digest("base64url");

/** Where softphones reach us; our server leads from there to Asterisk. */
export const sipPath = (channelId: string): string => `/phone/sip?channel=${encodeURIComponent(channelId)}`;

export const device: Do<"device"> = async (ground, { deviceId, display }) => {
  const known = ground.devices.get(deviceId);
  const fresh: Device = { deviceId, display, there: known?.there ?? false };
  const fault = await push(ground, fresh);
  if (fault !== null) return no("failed", fault);
  ground.devices.set(deviceId, fresh);
  return {
    ok: true,
    way: {
      kind: "sip",
      path: sipPath(ground.io.channelId),
      user: userOf(ground, deviceId),
      domain: "draht.invalid",
      password: passwordOf(ground, deviceId),
    },
  };
};

const kinds = ["endpoint", "aor", "auth"] as const;
const place = (kind: (typeof kinds)[number], user: string): string =>
  `asterisk/config/dynamic/res_pjsip/${kind}/${user}`;

/** Tells Asterisk of a device; null, or what it said against it. */
export const push = async (ground: Ground, { deviceId, display }: Device): Promise<string | null> => {
  const user = userOf(ground, deviceId);
  // A display name stands in a header between quotation marks.
  const shown = display.replaceAll(/["\\<>\p{C}]/gu, " ").trim();
  const wanted: Readonly<Record<(typeof kinds)[number], Readonly<Record<string, string>>>> = {
    auth: { auth_type: "userpass", username: user, password: passwordOf(ground, deviceId) },
    aor: { max_contacts: "1", remove_existing: "yes", qualify_frequency: "0", support_path: "no" },
    endpoint: {
      transport: "transport-ws",
      webrtc: "yes",
      context: "draht-device",
      disallow: "all",
      // What the line speaks, so that nothing is recoded.
      allow: "ulaw,alaw",
      auth: user,
      aors: user,
      callerid: `"${shown}" <${user}>`,
      dtmf_mode: "auto",
      direct_media: "no",
      rewrite_contact: "yes",
      allow_transfer: "no",
      rtp_timeout: "60",
    },
  };
  for (const kind of ["auth", "aor", "endpoint"] as const) {
    const fields = Object.entries(wanted[kind]).map(([attribute, value]) => ({ attribute, value }));
    const answer = await ground.link.ask("PUT", place(kind, user), {}, { fields });
    if (answer.status >= 300) return refusal(answer);
  }
  await ground.link.ask("POST", `applications/${part(ground.place.app)}/subscription`, {
    eventSource: `endpoint:PJSIP/${user}`,
  });
  return null;
};

export const revoke: Do<"revoke"> = async (ground, { deviceId }) => {
  const user = userOf(ground, deviceId);
  await ground.link.ask("DELETE", `applications/${part(ground.place.app)}/subscription`, {
    eventSource: `endpoint:PJSIP/${user}`,
  });
  for (const kind of kinds) await ground.link.ask("DELETE", place(kind, user));
  ground.devices.delete(deviceId);
  return done;
};

/** Asterisk says what became of a softphone's registration. */
export const registered = (ground: Ground, user: string, status: string): void => {
  const found = [...ground.devices.values()].find(({ deviceId }) => userOf(ground, deviceId) === user);
  if (found === undefined) return;
  isThere(ground, found, status !== "Removed" && status !== "Unreachable");
};

export const isThere = (ground: Ground, found: Device, there: boolean): void => {
  if (found.there === there) return;
  found.there = there;
  ground.io.tell({ what: "device", deviceId: found.deviceId, at: ground.at(), there });
};
