// Decides as whom the PostgreSQL programs run: PostgreSQL refuses to run as root. Called by postgres.ts.
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, lstatSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** How to start a PostgreSQL program: a wrapper before the command, or another account for the process. */
export type Account = {
  /** Words to put before the program and its arguments. */
  readonly wrapper: readonly string[];
  /** Numeric account for `spawn`, when root hands over to somebody else. */
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
  /** Numeric owner that the data folder must have. */
  readonly owner: { readonly uid: number; readonly gid: number };
};

type PasswdEntry = { readonly name: string; readonly uid: number; readonly gid: number };

/**
 * The account for this process: itself when it is not root; a user namespace in which root looks like an ordinary
 * user when the kernel allows one (no account needed, works below /root); else `postgres` or another system account
 * that can reach `program`. Throws a sentence for the operator when nothing works.
 */
export function chooseAccount(program: string, passwd: readonly PasswdEntry[] = readPasswd()): Account {
  const uid = process.geteuid?.() ?? -1;
  const gid = process.getegid?.() ?? -1;
  if (uid !== 0) return { wrapper: [], ids: undefined, owner: { uid, gid } };
  return inNamespace(passwd, { uid, gid }) ?? asSystemAccount(program, passwd);
}

/** initdb looks its user's name up, so the namespace shows root as somebody whom /etc/passwd knows. */
function inNamespace(passwd: readonly PasswdEntry[], owner: Account["owner"]): Account | undefined {
  const guise = passwd.find(({ uid }) => uid === 1000) ?? passwd.find(({ uid }) => uid > 0);
  if (guise === undefined) return undefined;
  const wrapper = ["unshare", "--user", `--map-user=${guise.uid}`, `--map-group=${guise.gid}`, "--"];
  const trial = spawnSync("unshare", [...wrapper.slice(1), "true"], { stdio: "ignore" });
  return trial.status === 0 ? { wrapper, ids: undefined, owner } : undefined;
}

/** The first system account that may run the program; the folders above it may be closed to others (/root is). */
export function asSystemAccount(program: string, passwd: readonly PasswdEntry[]): Account {
  for (const name of ["postgres", "_postgres", "nobody", "daemon"]) {
    const entry = passwd.find((candidate) => candidate.name === name && candidate.uid > 0);
    if (entry === undefined) continue;
    const ids = { uid: entry.uid, gid: entry.gid };
    if (spawnSync(program, ["--version"], { ...ids, stdio: "ignore" }).status === 0)
      return { wrapper: [], ids, owner: ids };
  }
  throw new Error(
    "PostgreSQL cannot run as root, and neither a user namespace nor a system account works for this folder. " +
      "Start as an ordinary user, move the folder to a place that others may read (not below /root), " +
      "or set DATABASE_URL to an existing PostgreSQL.",
  );
}

/** Gives a folder and all in it to the account; does nothing when its owner is right already. */
export function giveTo(account: Account, folder: string): void {
  if (account.owner.uid < 0 || !existsSync(folder)) return;
  if (lstatSync(folder).uid === account.owner.uid) return;
  const give = (path: string): void => {
    const entry = lstatSync(path);
    if (entry.isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
    if (!entry.isSymbolicLink()) chownSync(path, account.owner.uid, account.owner.gid);
  };
  give(folder);
}

/** The accounts of /etc/passwd; empty where there is no such file. */
export function readPasswd(): readonly PasswdEntry[] {
  if (!existsSync("/etc/passwd")) return [];
  return readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length >= 4)
    .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}
