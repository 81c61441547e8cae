// What was taken in and made no concern: why, how it begins, its original, and what becomes of it. Agents see strangers' mails, who supervises all.
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { asides, type AsideReason } from "#contract/aside.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Face, When } from "#web/kit/Marks.tsx";
import { Empty, Failed, Waiting } from "#web/kit/States.tsx";
import { call, callOrThrow, Refused } from "#web/state/client.ts";
import { asideCounts, loadAsideCounts } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { number, t } from "#web/state/words.ts";
import "#web/screens/concerns/aside.css";

export const SetAside = () => {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const counts = useStore(asideCounts, (all) => all);
  const [reason, setReason] = useState<AsideReason | null>(null);
  // What comes meanwhile changes the counts, and with them what is asked for.
  const known = (counts ?? []).map((each) => each.count).join(" ");
  const found = useInfiniteQuery({
    queryKey: ["asides", reason, known],
    placeholderData: keepPreviousData,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      callOrThrow(
        asides.list,
        {
          query: {
            ...(reason === null ? {} : { reason }),
            ...(pageParam === "" ? {} : { after: pageParam }),
            limit: 100,
          },
        },
        signal,
      ),
    getNextPageParam: (last) => last.next,
  });
  const entries = found.data?.pages.flatMap((page) => page.entries) ?? [];
  const [busy, setBusy] = useState(false);
  const settle = async (ids: readonly string[], as: "concern" | "away"): Promise<void> => {
    setBusy(true);
    for (let from = 0; from < ids.length; from += 200) {
      const outcome = await call(asides.settle, { body: { ids: ids.slice(from, from + 200), as } });
      if (outcome.ok) continue;
      setBusy(false);
      return tellProblem(outcome.problem);
    }
    toast(t(as === "concern" ? "aside.made" : "aside.away", { count: ids.length }));
    await Promise.all([queries.invalidateQueries({ queryKey: ["asides"] }), loadAsideCounts()]);
    setBusy(false);
  };
  const all = entries.map((entry) => entry.id);
  const choices = [null, ...(counts ?? []).filter((each) => each.count > 0).map((each) => each.reason)];
  return (
    <div className="page">
      <header className="page-head">
        <IconButton icon="back" label={t("kit.backToDesk")} onPress={() => void navigate({ to: "/desk" })} />
        <h1>{t("aside.title")}</h1>
      </header>
      <div className="page-body" data-wide aria-busy={found.isFetching}>
        <p className="card-words">{t("aside.hint")}</p>
        {choices.length > 2 ? (
          <div className="aside-reasons">
            {choices.map((each) => (
              <button
                key={each ?? "all"}
                type="button"
                className="aside-reason"
                aria-pressed={reason === each}
                onClick={() => setReason(each)}
              >
                {each === null ? t("aside.all") : t(`aside.reasons.${each}`)}
                <small>
                  {number(
                    (counts ?? []).reduce(
                      (sum, one) => sum + (each === null || one.reason === each ? one.count : 0),
                      0,
                    ),
                  )}
                </small>
              </button>
            ))}
          </div>
        ) : null}
        {found.error instanceof Refused ? (
          <Failed problem={found.error.problem} retry={() => void found.refetch()} />
        ) : found.isPending ? (
          <Waiting rows={5} />
        ) : entries.length === 0 ? (
          <Empty icon="check" title={t("aside.none")}>
            {t("aside.noneHint")}
          </Empty>
        ) : (
          <>
            <div className="aside-all">
              <Button icon="inbox" isDisabled={busy} onPress={() => void settle(all, "concern")}>
                {t("aside.makeAll", { count: all.length })}
              </Button>
              <Button icon="trash" isDisabled={busy} onPress={() => void settle(all, "away")}>
                {t("aside.putAllAway", { count: all.length })}
              </Button>
            </div>
            <ul className="asides">
              {entries.map((entry) => {
                const name = entry.senderName ?? entry.sender;
                return (
                  <li key={entry.id} className="card aside">
                    <div className="aside-head">
                      <Face name={name === "" ? "?" : name} small />
                      <strong>
                        {name === ""
                          ? t("aside.nobody")
                          : entry.reason === "unknownReceipt"
                            ? t("aside.about", { address: name })
                            : name}
                      </strong>
                      {entry.senderName === null ? null : <small>{entry.sender}</small>}
                      <span className="aside-when">
                        <When at={entry.at} />
                      </span>
                    </div>
                    {entry.reason === "unknownReceipt" ? null : (
                      <p className="aside-subject">{entry.subject ?? t("aside.noSubject")}</p>
                    )}
                    <p className="aside-snippet">{entry.snippet}</p>
                    <p className="aside-why">
                      <strong>{t(`aside.reasons.${entry.reason}`)}.</strong> {t(`aside.why.${entry.reason}`)}
                    </p>
                    <div className="aside-do">
                      <Button icon="inbox" isDisabled={busy} onPress={() => void settle([entry.id], "concern")}>
                        {t("aside.makeConcern")}
                      </Button>
                      <Button
                        look="quiet"
                        icon="trash"
                        isDisabled={busy}
                        onPress={() => void settle([entry.id], "away")}
                      >
                        {t("aside.putAway")}
                      </Button>
                      <a className="button" data-look="quiet" href={entry.rawUrl} download>
                        {t("aside.original")}
                      </a>
                    </div>
                  </li>
                );
              })}
            </ul>
            {found.hasNextPage ? (
              <Button icon="down" isDisabled={found.isFetching} onPress={() => void found.fetchNextPage()}>
                {t("aside.more")}
              </Button>
            ) : null}
          </>
        )}
      </div>
    </div>
  );
};
