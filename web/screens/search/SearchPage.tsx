// Everything the search finds, with the parts that fit marked, and the words that were looked for besides.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { search } from "#contract/search.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Face, Marked, StatusMark, When } from "#web/kit/Marks.tsx";
import { Empty, Failed, Waiting } from "#web/kit/States.tsx";
import { callOrThrow, Refused } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { filterBy } from "#web/state/filtering.ts";
import { unfiltered } from "#web/state/lists.ts";
import { nameParts, nameWords } from "#web/state/names.ts";
import { useStore } from "#web/state/store.ts";
import { listed, t } from "#web/state/words.ts";
import "#web/screens/search/search.css";

export const SearchPage = () => {
  const { q } = useSearch({ strict: false });
  const wanted = (q ?? "").trim();
  const [typed, setTyped] = useState(wanted);
  const field = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const rows = useStore(deskState, (state) => state.rows);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (typed.trim() === wanted) return undefined;
    const timer = setTimeout(() => void navigate({ to: "/search", search: { q: typed }, replace: true }), 220);
    return () => clearTimeout(timer);
  }, [typed, wanted, navigate]);
  const found = useQuery({
    queryKey: ["search", wanted],
    enabled: wanted !== "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => callOrThrow(search.everything, { query: { q: wanted, limit: 50 } }, signal),
  });
  const result = wanted === "" ? undefined : found.data;
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- arrows pressed on the field and the hits inside are caught on their way up
    <div className="page" onKeyDown={(press) => walkHits(press, field.current)}>
      <header className="page-head search-head">
        <IconButton icon="back" label={t("kit.backToDesk")} onPress={() => void navigate({ to: "/desk" })} />
        <h1 className="quietly">{t("search.title")}</h1>
        <label className="search-field">
          <Icon name="search" size="large" />
          <span className="quietly">{t("shell.find")}</span>
          <input
            ref={field}
            type="search"
            placeholder={t("search.placeholder")}
            value={typed}
            onChange={(typing) => setTyped(typing.target.value)}
            onKeyDown={(press) => {
              if (press.key === "Escape") void navigate({ to: "/desk" });
            }}
          />
        </label>
      </header>
      <div className="page-body" data-wide aria-live="polite" aria-busy={found.isFetching}>
        {result && result.alsoSearched.length > 0 ? (
          <p className="card-words">{t("search.also", { words: listed(result.alsoSearched) })}</p>
        ) : null}
        {found.error instanceof Refused ? (
          <Failed problem={found.error.problem} retry={() => void found.refetch()} />
        ) : null}
        {wanted !== "" && found.isPending ? <Waiting rows={5} /> : null}
        {wanted === "" ? (
          <Empty icon="search" title={t("search.begin")}>
            {t("search.beginHint")}
          </Empty>
        ) : null}
        {result && result.concerns.length + result.customers.length === 0 ? (
          <Empty icon="search" title={t("search.nothing")}>
            {t("search.nothingHint")}
          </Empty>
        ) : null}
        {result && result.customers.length > 0 ? (
          <section>
            <h2 className="search-title">{t("search.customers")}</h2>
            <ul className="entries">
              {result.customers.map((customer) => (
                <li key={customer.id}>
                  <Link
                    className="entry search-hit"
                    to="/desk/$view"
                    params={{ view: "all" }}
                    onClick={() => filterBy("all", unfiltered, { ...unfiltered, customerId: customer.id })}
                  >
                    <Face name={nameWords(customer.name.map((part) => part.text).join(""))} />
                    <span className="entry-words">
                      <strong>
                        <Marked parts={nameParts(customer.name)} />
                      </strong>
                      <small>
                        <Marked parts={nameParts(customer.address)} />
                      </small>
                      {customer.fact === null ? null : (
                        <small>
                          {customer.fact.name ?? t("customers.organisation")}: <Marked parts={customer.fact.value} />
                        </small>
                      )}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
        {result && result.concerns.length > 0 ? (
          <section>
            <h2 className="search-title">{t("search.concerns")}</h2>
            <ul className="entries">
              {result.concerns.map((hit) => {
                const row = rows[hit.row.id] ?? hit.row;
                return (
                  <li key={row.id}>
                    <Link
                      className="entry search-hit"
                      to="/desk/$view/$number"
                      params={{ view: "all", number: String(row.number) }}
                      search={{ find: wanted, ...(hit.messageId === null ? {} : { message: hit.messageId }) }}
                    >
                      <StatusMark status={row.status} words={false} />
                      <span className="entry-words">
                        <strong>
                          <Marked parts={hit.subject} />
                        </strong>
                        <small>
                          {nameWords(row.customerName)} · #{row.number}
                        </small>
                        {hit.excerpt.length > 0 ? (
                          <span className="search-excerpt">
                            <Marked parts={hit.excerpt} />
                          </span>
                        ) : null}
                      </span>
                      <span className="entry-side">
                        <When at={row.lastMessageAt} />
                      </span>
                    </Link>
                  </li>
                );
              })}
            </ul>
          </section>
        ) : null}
      </div>
    </div>
  );
};

/** Arrows go from the field through all hits, as they stand, and back; Enter in the field goes to the first; Escape on a hit to the field. */
const walkHits = (press: React.KeyboardEvent<HTMLElement>, field: HTMLInputElement | null): void => {
  const hits = [...press.currentTarget.querySelectorAll<HTMLElement>(".search-hit")];
  const stops = [field, ...hits];
  const at = stops.findIndex((stop) => stop === document.activeElement);
  if (at === -1 || press.ctrlKey || press.metaKey || press.altKey) return;
  const by = { ArrowDown: 1, ArrowUp: -1, Enter: at === 0 ? 1 : 0, Escape: -at }[press.key] ?? 0;
  const next = stops[at + by];
  if (by === 0 || !next) return;
  press.preventDefault();
  next.focus();
};
