// The one policy table: which role may do what. Endpoints, live topics, jobs and mail replies each name a permission.

export const roles = ["agent", "supervisor", "admin"] as const;
export type Role = (typeof roles)[number];

/** "public": nobody need be signed in; "signedIn": any active agent; the rest by role. */
export const permissions = {
  public: null,
  signedIn: roles,
  "concern.read": roles,
  "concern.answer": roles,
  "concern.change": roles,
  "customer.read": roles,
  "customer.change": roles,
  "customer.merge": roles,
  "search.use": roles,
  "file.write": roles,
  "team.supervise": ["supervisor", "admin"],
  "notice.manage": ["supervisor", "admin"],
  "flow.manage": ["admin"],
  "secret.show": ["supervisor", "admin"],
  "channel.read": roles,
  "channel.manage": ["admin"],
  "agent.manage": ["admin"],
  "setting.manage": ["admin"],
  "postbox.use": roles,
} as const satisfies Record<string, readonly Role[] | null>;

export type Permission = keyof typeof permissions;

/** May somebody with this role (null: not signed in) do it? */
export const allows = (role: Role | null, permission: Permission): boolean => {
  const allowed: readonly Role[] | null = permissions[permission];
  return allowed === null || (role !== null && allowed.includes(role));
};
