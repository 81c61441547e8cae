// The configuration of the real Dovecot and Postfix that tests talk to; everything below one folder. Used by mail.ts.

export interface MailPeerPorts {
  readonly imap: number;
  readonly lmtp: number;
  readonly smtp: number;
  /** Where Postfix delivers mail for tuer.test: our own door. */
  readonly door: number;
  /** With a certificate: IMAP and SMTP with TLS from the start, and SMTP that wants STARTTLS, both with AUTH. */
  readonly secure: { readonly imaps: number; readonly smtps: number; readonly submission: number } | null;
}

/** Files in PEM. */
export interface PeerCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** name@domain and password of everybody with a mailbox. */
export const mailUsers = {
  customer: { user: "customer@kunde.test", password: "kunde-geheim" },
  autoreply: { user: "autoreply@ferien.test", password: "abwesend-geheim" },
  service: { user: "service@kabel.test", password: "kabel-geheim" },
  second: { user: "zweite@kunde.test", password: "zweite-geheim" },
  stranger: { user: "fremd@kunde.test", password: "fremd-geheim" },
  agent: { user: "lena@kabel.test", password: "lena-geheim" },
} as const;

/** Postfix takes mail for this one and Dovecot then does not know it: a real bounce comes back. */
export const refusedUser = "weg@kunde.test";

export function dovecotConfig(
  dir: string,
  ports: MailPeerPorts,
  tls: PeerCertificate | null = null,
  capability: string | null = null,
  tokens = false,
): string {
  return `
protocols = imap lmtp
listen = 127.0.0.1
base_dir = ${dir}/dovecot/run
state_dir = ${dir}/dovecot/state
instance_name = draht-test
log_path = ${dir}/dovecot.log
${tls === null ? "ssl = no" : `ssl = yes\nssl_cert = <${tls.certificate}\nssl_key = <${tls.key}`}
${capability === null ? "" : `imap_capability = ${capability}`}
disable_plaintext_auth = no
auth_mechanisms = plain login${tokens ? " xoauth2 oauthbearer" : ""}
first_valid_uid = 1
mail_location = maildir:~/Maildir
mailbox_list_index = yes
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
lmtp_add_received_header = yes
submission_host = 127.0.0.1:${ports.smtp}
postmaster_address = postmaster@kunde.test
hostname = dovecot.test
imap_idle_notify_interval = 29 min
namespace inbox {
  inbox = yes
  separator = /
  mailbox Archiv {
    auto = create
  }
}
${tokens ? `passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = ${dir}/dovecot/oauth2.conf\n}\n` : ""}passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%Lu ${dir}/dovecot/users
}
userdb {
  driver = passwd-file
  args = username_format=%Lu ${dir}/dovecot/users
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = ${ports.imap}
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = ${ports.secure?.imaps ?? 0}
    ssl = ${ports.secure === null ? "no" : "yes"}
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${ports.lmtp}
  }
}
service auth {
  unix_listener auth-postfix {
    path = ${dir}/dovecot/run/auth-postfix
    mode = 0666
  }
}
service anvil {
  chroot =
}
protocol lmtp {
  mail_plugins = $mail_plugins sieve
}
plugin {
  sieve = file:~/sieve;active=~/active.sieve
  sieve_vacation_min_period = 0
}
`;
}

/** How Dovecot asks the sign-in service whose a token is. */
export const dovecotTokens = (introspectionUrl: string): string => `introspection_mode = post
introspection_url = ${introspectionUrl}
username_attribute = username
active_attribute = active
active_value = true
`;

/** Dovecot's passwd-file: everybody's mail belongs to nobody. */
export function dovecotUsers(dir: string): string {
  return Object.values(mailUsers)
    .map(({ user, password }) => `${user}:{PLAIN}${password}:65534:65534::${dir}/mail/${user}::`)
    .join("\n")
    .concat("\n");
}

export const vacationScript = `require ["vacation"];
vacation :days 1 :addresses ["autoreply@ferien.test"] :subject "Ich bin im Urlaub" "Bin am 1. Dezember wieder da.";
`;

export function postfixMain(dir: string, ports: MailPeerPorts, tls: PeerCertificate | null = null): string {
  const boxes = [...Object.values(mailUsers).map(({ user }) => user), refusedUser];
  return `
compatibility_level = 3.6
queue_directory = ${dir}/postfix/queue
data_directory = ${dir}/postfix/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${dir}/postfix.log
maillog_file_prefixes = ${dir}
myhostname = postfix.test
mydomain = postfix.test
myorigin = postfix.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtp_tls_security_level = may
smtpd_tls_security_level = none
smtpd_forbid_bare_newline = yes
virtual_mailbox_domains = kunde.test kabel.test ferien.test
virtual_mailbox_maps = inline:{${boxes.map((user) => `${user}=x`).join(" ")}}
virtual_transport = lmtp:inet:127.0.0.1:${ports.lmtp}
relay_domains = tuer.test
relay_recipient_maps =
transport_maps = inline:{ tuer.test=smtp:[127.0.0.1]:${ports.door} }
recipient_delimiter = +
smtpd_relay_restrictions = permit_mynetworks reject_unauth_destination
message_size_limit = 60000000
mailbox_size_limit = 0
# What is put off on a busy machine is tried again soon, so that no test waits for it for minutes.
minimal_backoff_time = 2s
maximal_backoff_time = 5s
queue_run_delay = 2s
maximal_queue_lifetime = 1d
bounce_queue_lifetime = 1d
${
  tls === null
    ? ""
    : `smtpd_tls_cert_file = ${tls.certificate}
smtpd_tls_key_file = ${tls.key}
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${dir}/dovecot/run/auth-postfix`
}
`;
}

/** What the two doors for signed-in senders add: no mail without AUTH, no AUTH without TLS. */
const signedInOnly =
  "-o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject";

export function postfixMaster(ports: MailPeerPorts): string {
  const unix = (name: string, wakeup: string, most: string, program: string): string =>
    `${name} unix - - n ${wakeup} ${most} ${program}`;
  return `${[
    `127.0.0.1:${ports.smtp} inet n - n - - smtpd`,
    ...(ports.secure === null
      ? []
      : [
          `127.0.0.1:${ports.secure.smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes ${signedInOnly}`,
          `127.0.0.1:${ports.secure.submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt ${signedInOnly}`,
        ]),
    "pickup unix n - n 60 1 pickup",
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    unix("rewrite", "-", "-", "trivial-rewrite"),
    unix("bounce", "-", "0", "bounce"),
    unix("defer", "-", "0", "bounce"),
    unix("trace", "-", "0", "bounce"),
    unix("verify", "-", "1", "verify"),
    "flush unix n - n 1000? 0 flush",
    "tlsmgr unix - - n 1000? 1 tlsmgr",
    unix("proxymap", "-", "-", "proxymap"),
    unix("smtp", "-", "-", "smtp"),
    unix("relay", "-", "-", "smtp"),
    "showq unix n - n - - showq",
    unix("error", "-", "-", "error"),
    unix("retry", "-", "-", "error"),
    unix("discard", "-", "-", "discard"),
    unix("lmtp", "-", "-", "lmtp"),
    unix("anvil", "-", "1", "anvil"),
    unix("scache", "-", "1", "scache"),
    "postlog unix-dgram n - n - 1 postlogd",
  ].join("\n")}\n`;
}
