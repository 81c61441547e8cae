// A message's words as text. Called wherever what somebody said is shown: messages, their parts, the post box.
import type { Marker } from "#lib/marking.ts";
import { Marked } from "#web/kit/Marks.tsx";
import { marked } from "#web/state/finding.ts";
import { linesOf } from "#web/state/text.ts";

/** Plain text with its links made to press; only http, https and mailto, the true target always visible. */
export const PlainText = ({ text, marker }: { readonly text: string; readonly marker: Marker | null }) => (
  <div className="plain-text" dir="auto">
    {linesOf(text).map((part, index) =>
      part.href === null ? (
        <Marked key={index} parts={marked(part.text, marker)} />
      ) : (
        <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
          <Marked parts={marked(part.text, marker)} />
        </a>
      ),
    )}
  </div>
);
