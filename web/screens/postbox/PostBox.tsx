// The demo world's post box: what customers would receive, and a way to write as one of them, through the real door.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { postbox } from "#contract/postbox.ts";
import type { Posted } from "#contract/postbox.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Choose, Field, LongField } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { When } from "#web/kit/Marks.tsx";
import { PlainText } from "#web/kit/PlainText.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Empty, Failed, Waiting } from "#web/kit/States.tsx";
import { call, callOrThrow, Refused } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { onEvents } from "#web/state/desk.ts";
import { toast } from "#web/state/toasts.ts";
import { fileSize, t } from "#web/state/words.ts";
import "#web/screens/postbox/postbox.css";

interface Letter {
  readonly from: string;
  readonly name: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly answers: string | null;
}

const everybody = "everybody";

export const PostBox = () => {
  const navigate = useNavigate();
  const [person, setPerson] = useState(everybody);
  const [openId, setOpenId] = useState<string | null>(null);
  const [letter, setLetter] = useState<Letter | null>(null);
  const found = useQuery({
    queryKey: ["postbox", person],
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      callOrThrow(postbox.list, { query: { ...(person === everybody ? {} : { to: person }), limit: 100 } }, signal),
  });
  const { refetch } = found;
  useEffect(
    () => onEvents((events) => void (events.some((event) => event.kind === "delivery.changed") && refetch())),
    [refetch],
  );
  const { mails, people, doors } = found.data ?? { mails: [], people: [], doors: [] };
  const open = mails.find((mail) => mail.id === openId) ?? null;
  const writeAs = person === everybody ? people[0] : people.find((one) => one.address === person);
  return (
    <div className="page postbox">
      <header className="page-head">
        <IconButton
          icon="back"
          label={t("kit.backToDesk")}
          onPress={() => (open ? setOpenId(null) : void navigate({ to: "/desk" }))}
        />
        <h1>{t("postbox.title")}</h1>
        <span className="postbox-person">
          <Choose
            quiet
            label={t("postbox.whose")}
            value={person}
            choices={[
              { id: everybody, label: t("postbox.everybody") },
              ...people.map((one) => ({ id: one.address, label: one.name, detail: one.address })),
            ]}
            onChange={setPerson}
          />
        </span>
        <Button
          look="primary"
          icon="plus"
          onPress={() =>
            setLetter({
              from: writeAs?.address ?? "",
              name: writeAs?.name ?? "",
              to: doors[0] ?? "",
              subject: "",
              text: "",
              answers: null,
            })
          }
        >
          {t("postbox.write")}
        </Button>
      </header>
      <div className="postbox-panes" data-open={open !== null || undefined}>
        <div className="postbox-list">
          {found.isPending ? (
            <Waiting rows={5} />
          ) : found.error instanceof Refused ? (
            <Failed problem={found.error.problem} retry={() => void refetch()} />
          ) : mails.length === 0 ? (
            <Empty icon="mail" title={t("postbox.empty")}>
              {t("postbox.emptyHint")}
            </Empty>
          ) : (
            <ul>
              {mails.map((mail) => (
                <li key={mail.id}>
                  <button
                    type="button"
                    className="entry"
                    aria-current={mail.id === openId || undefined}
                    onClick={() => setOpenId(mail.id)}
                  >
                    <span className="entry-words">
                      <strong>{mail.to.join(", ")}</strong>
                      <span className="postbox-subject">{mail.subject}</span>
                      <small>{mail.text.slice(0, 120)}</small>
                    </span>
                    <span className="entry-side">
                      <When at={mail.at} />
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </div>
        <div className="postbox-mail">
          {open ? (
            <Mail mail={open} answer={() => setLetter(answerTo(open, people))} />
          ) : (
            <Empty icon="mail" title={t("postbox.pick")}>
              {t("postbox.pickHint")}
            </Empty>
          )}
        </div>
      </div>
      <Sheet
        wide
        title={t(letter?.answers ? "postbox.answer" : "postbox.write")}
        isOpen={letter !== null}
        onClose={() => setLetter(null)}
      >
        {letter ? (
          <Write key={letter.answers} letter={letter} people={people} doors={doors} close={() => setLetter(null)} />
        ) : null}
      </Sheet>
    </div>
  );
};

const Mail = ({ mail, answer }: { readonly mail: Posted; readonly answer: () => void }) => (
  <article className="postbox-open">
    <header>
      <h2>{mail.subject}</h2>
      <p className="card-words">
        {t("postbox.fromTo", { from: mail.from, to: mail.to.join(", ") })} · <When at={mail.at} />
        {mail.automatic ? ` · ${t("automatic.machine")}` : ""}
      </p>
    </header>
    {mail.htmlUrl ? (
      <iframe className="mail-frame" title={mail.subject} src={mail.htmlUrl} sandbox="" referrerPolicy="no-referrer" />
    ) : (
      <PlainText text={mail.text} marker={null} />
    )}
    {mail.files.length > 0 ? (
      <ul className="files">
        {mail.files.map((file) => (
          <li key={file.name} className="file">
            <Icon name="clip" /> {file.name} <small>{fileSize(file.sizeBytes)}</small>
          </li>
        ))}
      </ul>
    ) : null}
    <div className="form-foot">
      <Button look="primary" icon="reply" onPress={answer}>
        {t("postbox.answerAs", { name: mail.to[0] ?? "" })}
      </Button>
    </div>
  </article>
);

const Write = ({
  letter,
  people,
  doors,
  close,
}: {
  readonly letter: Letter;
  readonly people: readonly { readonly name: string; readonly address: string }[];
  readonly doors: readonly string[];
  readonly close: () => void;
}) => {
  const [input, setInput] = useState(letter);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<Letter>): void => setInput((now) => ({ ...now, ...part }));
  const known = people.some((one) => one.address === input.from);
  const send = async (): Promise<void> => {
    setBusy(true);
    const outcome = await call(postbox.write, { body: input });
    setBusy(false);
    if (!outcome.ok) return setProblem(outcome.problem);
    toast(t("postbox.sent"));
    close();
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void send()}
      keepWords={t("postbox.send")}
      keepIcon="send"
      isDisabled={busy}
    >
      <div className="pair">
        <Choose
          label={t("postbox.as")}
          value={known ? input.from : everybody}
          choices={[
            ...people.map((one) => ({ id: one.address, label: one.name, detail: one.address })),
            { id: everybody, label: t("postbox.stranger") },
          ]}
          onChange={(address) =>
            set({
              from: address === everybody ? "" : address,
              name: people.find((one) => one.address === address)?.name ?? "",
            })
          }
        />
        {doors.length > 1 && letter.answers === null ? (
          <Choose
            label={t("composer.to")}
            value={input.to}
            choices={doors.map((door) => ({ id: door, label: door }))}
            onChange={(to) => set({ to })}
          />
        ) : (
          <Field label={t("composer.to")} value={input.to} onChange={(to) => set({ to })} isRequired />
        )}
      </div>
      {known ? null : (
        <div className="pair">
          <Field label={t("admin.name")} value={input.name} onChange={(name) => set({ name })} />
          <Field
            label={t("signIn.email")}
            type="email"
            value={input.from}
            onChange={(from) => set({ from })}
            isRequired
          />
        </div>
      )}
      <Field
        label={t("concerns.subject")}
        value={input.subject}
        onChange={(subject) => set({ subject })}
        autoFocus={letter.answers === null}
      />
      <LongField
        label={t("postbox.text")}
        value={input.text}
        onChange={(text) => set({ text })}
        rows={9}
        isRequired
        autoFocus={letter.answers !== null}
      />
    </SheetForm>
  );
};

/** The server repeats below what is answered, as mail programs do: repeated here, too, it would stand there twice. */
const answerTo = (mail: Posted, people: readonly { readonly name: string; readonly address: string }[]): Letter => {
  const from = mail.to[0] ?? "";
  return {
    from,
    name: people.find((one) => one.address === from)?.name ?? "",
    to: mail.from,
    subject: /^(re|aw):/i.test(mail.subject) ? mail.subject : `Re: ${mail.subject}`,
    text: "",
    answers: mail.id,
  };
};
