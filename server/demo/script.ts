// The shape of what happens in the demo world: scripts with steps in time. Written by stories.ts and background.ts, carried out by deeds.ts.
import type { Change } from "#contract/concerns.ts";
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
  | (By & {
      readonly kind: "out";
      readonly text: string;
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
  | (By & { readonly kind: "link"; readonly to: string; readonly as: "related" | "duplicate" });

export type Step = Deed & { readonly atMs: number };

/** One concern from its first mail on. */
export interface Script {
  /** For links between scripts. */
  readonly key: string;
  readonly brand: BrandKey;
  readonly customer: { readonly name: string; readonly address: string };
  readonly organisation?: string;
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
  readonly subject: string;
  readonly client: Client;
  /** In order of time; the first one is a mail that comes in. */
  readonly steps: readonly Step[];
}
