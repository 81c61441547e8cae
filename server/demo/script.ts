// The shape of what happens in the demo world: scripts with steps in time. Written by stories.ts and background.ts, carried out by deeds.ts.
import type { Change } from "#contract/concerns.ts";
import type { GivenPart } from "#contract/parts.ts";
import type { CorpusFile } from "#lib/corpus/files.ts";
import type { Client } from "#lib/corpus/mail.ts";
import type { BrandKey } from "#server/demo/cast.ts";

/** An agent's handle. */
type By = { readonly by: string };

export type Deed =
  | {
      readonly kind: "in";
      readonly text: string;
      readonly files?: readonly CorpusFile[];
      readonly html?: string;
      readonly cc?: readonly { readonly name: string; readonly address: string }[];
      readonly headers?: readonly string[];
      /** Where the mail came from; without it from the sender's own provider. */
      readonly remoteIp?: string;
    }
  /** The visitor says something in the chat. `answers`: values for what our last message there asked, in place of words. */
  | { readonly kind: "say"; readonly text: string; readonly answers?: readonly string[] }
  /** They say who they are. `shown`: they show by a code that they read at the address; empty: none is said. */
  | { readonly kind: "introduce"; readonly email: string; readonly shown?: true }
  | (By & {
      readonly kind: "out";
      readonly text: string;
      /** In the chat, where the visitor sits in front of it or has left it; left out: by mail. */
      readonly chat?: "here" | "left";
      readonly parts?: readonly GivenPart[];
      readonly statusAfter: "open" | "waiting" | "resolved";
      /** What the provider said instead of taking it. */ readonly refused?: {
        readonly code: string;
        readonly detail: string;
      };
    })
  | (By & { readonly kind: "note"; readonly text: string })
  | (By & {
      readonly kind: "change";
      readonly change: Omit<Change, "topicId" | "assigneeId" | "teamId">;
      readonly topic?: string;
      readonly assignee?: string | null;
    })
  | (By & { readonly kind: "snooze"; readonly forMs: number })
  | (By & { readonly kind: "draft"; readonly text: string; readonly as: "reply" | "note" })
  | (By & { readonly kind: "follow" })
  /** The last so many messages become a concern of their own. */
  | (By & { readonly kind: "split"; readonly last: number; readonly subject: string })
  | (By & { readonly kind: "merge"; readonly into: string })
  | (By & { readonly kind: "link"; readonly to: string; readonly as: "related" | "duplicate" });

export type Step = Deed & { readonly atMs: number };

/** What a customer says of it when they are asked. */
export interface Rates {
  readonly score: 1 | 2 | 3 | 4 | 5;
  readonly text: string;
  /** So long after they were asked. */
  readonly afterMs: number;
}

/** One concern from its first message on. */
export interface Script {
  /** For links between scripts. */
  readonly key: string;
  readonly brand: BrandKey;
  readonly customer: { readonly name: string; readonly address: string };
  readonly organisation?: string;
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
  readonly subject: string;
  readonly client: Client;
  /** It begins in the chat of the brand. `visitor`: several scripts of one are the same visitor. */
  readonly chat?: { readonly visitor: string };
  readonly rates?: Rates;
  /** In order of time; the first one is a mail that comes in, or what a visitor says, of themselves or of something else. */
  readonly steps: readonly Step[];
}
