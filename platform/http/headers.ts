// Headers that every response carries, whoever makes it. http.ts sets them.

const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join("; ");

/** What a page of ours may do (nothing from elsewhere, no frame around it; the microphone to telephone) and what others may do with it. `secure`: browsers reach us by https. */
export const securityHeaders = (secure: boolean): Readonly<Record<string, string>> => ({
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()",
  ...(secure ? { "strict-transport-security": "max-age=31536000" } : {}),
});
