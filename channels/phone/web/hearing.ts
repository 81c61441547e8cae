// Who hears whom in a hub. Pure; called by voices.ts.
import type { HubMember } from "#contract/voice.ts";

/** Whom a member hears: everybody who talks, and who whispers to it; nobody who is muted, and never itself. */
export const heardBy = (legId: string, members: readonly HubMember[]): readonly string[] =>
  members
    .filter(
      ({ legId: other, role, muted }) =>
        other !== legId && !muted && (role.as === "talks" || (role.as === "whispers" && role.to === legId)),
    )
    .map((member) => member.legId);

/** Who is kept in a recording of the hub: who talks to all. What is whispered to one is not said in the call. */
export const keptOf = (members: readonly HubMember[]): readonly string[] =>
  members.filter(({ role, muted }) => role.as === "talks" && !muted).map(({ legId }) => legId);
