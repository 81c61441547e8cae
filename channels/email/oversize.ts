// Stands in for a mail that is too large to take: its own headers and a sentence. Used by imap.ts.

/**
 * The mail's header block without what describes its body, and a text that says how large it is and where it still lies.
 * The same mail gives the same bytes. `head` holds at least the beginning of the mail, `bytes` and `limit` are sizes in bytes.
 */
export function oversizeNote(head: Buffer, bytes: number, limit: number, folder: string): Buffer {
  const text = head.toString("latin1").replace(/\r?\n/g, "\r\n");
  const end = text.indexOf("\r\n\r\n");
  const lines = (end === -1 ? text.slice(0, text.lastIndexOf("\r\n")) : text.slice(0, end)).split("\r\n");
  const kept: string[] = [];
  let dropping = false;
  for (const line of lines) {
    if (!/^[ \t]/.test(line)) dropping = /^(?:content-|mime-version)/i.test(line);
    if (!dropping && line !== "") kept.push(line);
  }
  const size = `${Math.round(bytes / 1_000_000)} MB`;
  const most = `${Math.floor(limit / 1_000_000)} MB`;
  const note = [
    `Diese E-Mail ist mit ${size} größer als die ${most}, die angenommen werden. Sie liegt unverändert im Ordner „${folder}“ des Postfachs.`,
    `This e-mail of ${size} is larger than the ${most} that are taken. It lies unchanged in the folder "${folder}" of the mailbox.`,
  ];
  const headers = [
    ...kept,
    `X-Draht-Oversize: ${bytes}`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
  ];
  return Buffer.concat([
    Buffer.from(headers.join("\r\n"), "latin1"),
    Buffer.from(`\r\n\r\n${note.join("\r\n\r\n")}\r\n`, "utf8"),
  ]);
}
