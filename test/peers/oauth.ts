// A sign-in service in small (RFC 6749, RFC 7662): gives tokens for a client's secret or refresh token and says of a token whose it is. For tests.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const client = { clientId: "draht", clientSecret: "geheimnis-der-anwendung" } as const;

export interface SignInService {
  readonly tokenUrl: string;
  /** Where mail servers ask about a token. */
  readonly introspectionUrl: string;
  /** A refresh token of this user, as the user gives it after having consented. */
  readonly consent: (user: string) => string;
  /** This token holds no more. */
  readonly revoke: (token: string) => void;
  /** Every access token is void from now on. */
  readonly revokeAll: () => void;
  /** How it behaves: how long tokens last, whether refresh tokens change with each use, what it answers instead. */
  readonly behave: (how: Partial<Behaviour>) => void;
  /** Requests for a token, by grant. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

interface Behaviour {
  readonly lastsSeconds: number | null;
  readonly rotates: boolean;
  readonly instead: ((response: ServerResponse) => void) | null;
}

/** Whose mailbox the application itself opens. */
export const startSignInService = async (applicationUser: string): Promise<SignInService> => {
  const refresh = new Map<string, string>();
  const access = new Map<string, string>();
  const asked: string[] = [];
  let how: Behaviour = { lastsSeconds: 3_600, rotates: false, instead: null };
  const made = (kind: string): string => `${kind}-${randomBytes(24).toString("base64url")}`;
  const give = (response: ServerResponse, user: string, next: string | null): void => {
    const token = made("access");
    access.set(token, user);
    json(response, 200, {
      token_type: "Bearer",
      access_token: token,
      ...(how.lastsSeconds === null ? {} : { expires_in: how.lastsSeconds }),
      ...(next === null ? {} : { refresh_token: next }),
    });
  };
  const token = (form: URLSearchParams, response: ServerResponse): void => {
    const grant = form.get("grant_type") ?? "";
    asked.push(grant);
    if (how.instead !== null) return how.instead(response);
    if (form.get("client_id") !== client.clientId || form.get("client_secret") !== client.clientSecret)
      return json(response, 401, {
        error: "invalid_client",
        error_description: `the secret ${form.get("client_secret")} is wrong or has expired`,
      });
    if (grant === "client_credentials") return give(response, applicationUser, null);
    const given = form.get("refresh_token") ?? "";
    const user = refresh.get(given);
    if (grant !== "refresh_token" || user === undefined)
      return json(response, 400, { error: "invalid_grant", error_description: `${given} has expired` });
    if (!how.rotates) return give(response, user, null);
    const next = made("refresh");
    refresh.set(next, user);
    return give(response, user, next);
  };
  const server = createServer((request, response) => {
    void formOf(request).then((form) => {
      if (request.url === "/token") return token(form, response);
      if (request.url !== "/introspect") return json(response, 404, {});
      const user = access.get(form.get("token") ?? "");
      return json(response, 200, user === undefined ? { active: false } : { active: true, username: user });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    tokenUrl: `${base}/token`,
    introspectionUrl: `${base}/introspect`,
    consent: (user) => {
      const given = made("refresh");
      refresh.set(given, user);
      return given;
    },
    revoke: (given) => {
      refresh.delete(given);
      access.delete(given);
    },
    revokeAll: () => access.clear(),
    behave: (change) => {
      how = { ...how, ...change };
    },
    asked,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
};

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

const formOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return new URLSearchParams(Buffer.concat(parts).toString("utf8"));
};
