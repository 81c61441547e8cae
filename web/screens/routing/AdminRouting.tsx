// How routing is set up: queues in their order, skills, reasons, times; what a past day would have become by it. Nothing counts until it is saved.
import { useEffect, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { Queue, RoutingBook } from "#contract/routing-book.ts";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { Failed, Waiting } from "#web/kit/States.tsx";
import { NamedCards } from "#web/screens/routing/NamedCards.tsx";
import { Presets } from "#web/screens/routing/Presets.tsx";
import { PreviewCard } from "#web/screens/routing/Preview.tsx";
import { QueueForm } from "#web/screens/routing/QueueForm.tsx";
import { TimesCard } from "#web/screens/routing/Times.tsx";
import { deskState } from "#web/state/desk.ts";
import { problemWords } from "#web/state/problems.ts";
import { loadRoutingBook, useRoutingBook } from "#web/state/routingBook.ts";
import {
  changeDraft,
  dropDraft,
  faultIn,
  movedBy,
  placeWords,
  routingDraft,
  saveDraft,
  secondsWords,
  takesWords,
  type Draft,
} from "#web/state/routingDraft.ts";
import { newQueue } from "#web/state/routingPresets.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/routing/routing.css";

export const AdminRouting = () => {
  const { book: stands, problem } = useRoutingBook();
  const draft = useStore(routingDraft, (now) => now);
  // What was changed is shown once it is known what it is changed from.
  const book = stands === null ? null : (draft?.book ?? stands);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (routingDraft.get() !== null) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, []);
  return (
    <AdminPage title={t("admin.routing")}>
      {book === null ? (
        problem === null ? (
          <Waiting rows={3} />
        ) : (
          <Failed problem={problem} retry={() => void loadRoutingBook()} />
        )
      ) : (
        <>
          <Queues book={book} draft={draft} />
          {book.queues.length > 0 ? <PreviewCard book={book} /> : null}
          <NamedCards book={book} problem={draft?.problem ?? null} />
          <TimesCard book={book} problem={draft?.problem ?? null} />
          {draft === null ? null : <Unsaved draft={draft} />}
        </>
      )}
    </AdminPage>
  );
};

const setQueues = (change: (queues: readonly Queue[]) => Queue[]): void =>
  changeDraft((book) => ({ ...book, queues: change(book.queues) }));

const Queues = ({ book, draft }: { readonly book: RoutingBook; readonly draft: Draft | null }) => {
  const names = useStore(
    deskState,
    (state) => state,
    (a, b) => a.topics === b.topics && a.brands === b.brands && a.teams === b.teams,
  );
  const [editing, setEditing] = useState<Queue | null>(null);
  const { queues } = book;
  const close = (): void => setEditing(null);
  const isNew = editing !== null && !queues.some(({ id }) => id === editing.id);
  const at = editing === null ? -1 : queues.findIndex(({ id }) => id === editing.id);
  const move = (index: number, by: -1 | 1): void => setQueues((all) => movedBy(all, index, by));
  return (
    <section className="routing-queues" aria-labelledby="routing-queues">
      <div className="section-head">
        <h2 id="routing-queues">{t("routingSetup.queues")}</h2>
        {queues.length === 0 ? null : (
          <Button icon="plus" onPress={() => setEditing(newQueue(() => crypto.randomUUID()))}>
            {t("routingSetup.addQueue")}
          </Button>
        )}
      </div>
      {queues.length === 0 ? (
        <Presets book={book} own={() => setEditing(newQueue(() => crypto.randomUUID()))} />
      ) : (
        <>
          <p className="card-words">{t("routingSetup.order")}</p>
          <ol className="entries">
            {queues.map((queue, index) => {
              const isWrong = faultIn(draft?.problem ?? null, `queues.${index}`) !== null;
              return (
                <li key={queue.id} className="routing-entry">
                  <AriaButton className="entry" onPress={() => setEditing(queue)}>
                    <Icon name={isWrong ? "warning" : "inbox"} size="small" />
                    <span className="entry-words">
                      <strong>{queue.name}</strong>
                      <small>{takesWords(queue, names)}</small>
                      <small>
                        {t("routingSetup.aims", { target: queue.target, within: secondsWords(queue.withinSeconds) })}
                      </small>
                      {isWrong && draft?.problem ? (
                        <small className="field-fault">{problemWords(draft.problem)}</small>
                      ) : null}
                    </span>
                  </AriaButton>
                  <IconButton
                    size="small"
                    icon="up"
                    label={t("promises.up", { name: queue.name })}
                    isDisabled={index === 0}
                    onPress={() => move(index, -1)}
                  />
                  <IconButton
                    size="small"
                    icon="down"
                    label={t("promises.down", { name: queue.name })}
                    isDisabled={index === queues.length - 1}
                    onPress={() => move(index, 1)}
                  />
                </li>
              );
            })}
          </ol>
        </>
      )}
      <Sheet
        wide
        title={t(isNew ? "routingSetup.addQueue" : "routingSetup.changeQueue")}
        isOpen={editing !== null}
        onClose={close}
      >
        {editing === null ? null : (
          <QueueForm
            queue={editing}
            book={book}
            problem={draft?.problem ?? null}
            fault={at === -1 ? null : faultIn(draft?.problem ?? null, `queues.${at}`)}
            close={close}
            keep={(queue) => {
              setQueues((all) => (isNew ? [...all, queue] : all.map((one) => (one.id === queue.id ? queue : one))));
              close();
            }}
            remove={
              isNew
                ? null
                : () => {
                    setQueues((all) => all.filter(({ id }) => id !== editing.id));
                    close();
                  }
            }
          />
        )}
      </Sheet>
    </section>
  );
};

/** What is to be done with what was changed; stays in sight. */
const Unsaved = ({ draft }: { readonly draft: Draft }) => {
  const { problem } = draft;
  const save = async (anyway: boolean): Promise<void> => {
    if (await saveDraft(anyway)) toast(t("routingSetup.saved"));
  };
  const isStale = problem?.code === "staleVersion";
  const place = problem === null ? "" : placeWords(draft.book, problem);
  return (
    <section className="routing-unsaved" aria-label={t("routingSetup.unsavedTitle")}>
      {problem === null ? (
        <p>{t("routingSetup.unsaved")}</p>
      ) : (
        <p className="form-problem" role="alert">
          <Icon name="warning" />
          <span>
            {place === "" ? "" : `${place}: `}
            {isStale ? t("routingSetup.stale") : problemWords(problem)}
          </span>
        </p>
      )}
      <div className="routing-unsaved-buttons">
        <Button look="quiet" onPress={dropDraft}>
          {t(isStale ? "routingSetup.takeTheirs" : "routingSetup.discard")}
        </Button>
        <Button look="primary" isDisabled={draft.isSaving} onPress={() => void save(isStale)}>
          {t(isStale ? "routingSetup.keepMine" : "kit.keep")}
        </Button>
      </div>
    </section>
  );
};
