// Every key of the desk on one page, made from the commands themselves.
import type { Command, CommandGroup } from "#web/commands/command.ts";
import type { Context } from "#web/commands/context.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { Sheet } from "#web/kit/Sheet.tsx";
import { mac } from "#web/kit/platform.ts";
import { hasTelephone } from "#web/state/calls.ts";
import { deskState } from "#web/state/desk.ts";
import { hasRouting, routingBook } from "#web/state/routingBook.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, ui } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";

const groups: readonly CommandGroup[] = [
  "concern",
  "list",
  "selection",
  "views",
  "work",
  "calls",
  "go",
  "desk",
  "floor",
];

export const Help = ({
  commands,
}: {
  readonly context: () => Context | null;
  readonly commands: readonly Command[];
}) => {
  const isOpen = useStore(ui, (now) => now.help);
  const isRouted = useStore(routingBook, hasRouting);
  const telephones = useStore(deskState, hasTelephone);
  return (
    <Sheet wide title={t("shell.keys")} isOpen={isOpen} onClose={() => setUi({ help: false })}>
      <div className="help">
        {groups
          .filter((group) => (group !== "work" || isRouted) && (group !== "calls" || telephones))
          .map((group) => (
            <section key={group}>
              <h3>{t(`commandGroups.${group}`)}</h3>
              <dl>
                {commands
                  .filter((command) => command.group === group && command.keys.length > 0)
                  .map((command) => (
                    <Keys
                      key={command.id}
                      words={t(command.title)}
                      when={command.when && t(command.when)}
                      keys={command.keys}
                    />
                  ))}
                {group === "concern" ? (
                  <>
                    <Keys words={t("commands.send")} keys={["Ctrl+Enter"]} />
                    <Keys words={t("commands.sendLater")} keys={["Ctrl+Shift+Enter"]} />
                  </>
                ) : null}
              </dl>
            </section>
          ))}
      </div>
    </Sheet>
  );
};

/** More keys than this are a row of them, shown by its ends. */
const most = 3;

const Keys = ({
  words,
  when,
  keys,
}: {
  readonly words: string;
  readonly when?: string | undefined;
  readonly keys: readonly string[];
}) => (
  <div>
    <dt>
      {words}
      {when === undefined ? null : <small> {when}</small>}
    </dt>
    <dd>
      {keys.length > most ? (
        <span>
          <kbd>{keys[0]}</kbd>–<kbd>{keys.at(-1)}</kbd>
        </span>
      ) : (
        keys.map((one) => (
          <span key={one}>
            {shownKeys(one, mac).map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </span>
        ))
      )}
    </dd>
  </div>
);
