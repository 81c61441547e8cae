// All endpoints in one object: the browser calls from it, the server answers it, the OpenAPI page prints it.
import { agents } from "#contract/agents.ts";
import { asides } from "#contract/aside.ts";
import { automation, macros } from "#contract/automation.ts";
import { brands } from "#contract/brands.ts";
import { concerns } from "#contract/concern-endpoints.ts";
import { customers } from "#contract/customers.ts";
import { fields } from "#contract/fields.ts";
import { flows } from "#contract/flow-endpoints.ts";
import { files } from "#contract/files.ts";
import { calls } from "#contract/call-endpoints.ts";
import { calendars } from "#contract/calendars.ts";
import { openingHours } from "#contract/hours.ts";
import { merging } from "#contract/merging.ts";
import { moving } from "#contract/moving.ts";
import { notices } from "#contract/notices.ts";
import { postbox } from "#contract/postbox.ts";
import { promises } from "#contract/promises.ts";
import { ratings } from "#contract/ratings.ts";
import { routing } from "#contract/routing-endpoints.ts";
import { search } from "#contract/search.ts";
import { settings } from "#contract/settings.ts";
import { tiers } from "#contract/tiers.ts";
import { visitors } from "#contract/visitors.ts";

export const api = {
  agents,
  asides,
  automation,
  brands,
  calls,
  concerns,
  customers,
  fields,
  files,
  flows,
  macros,
  merging,
  moving,
  notices,
  openingHours,
  calendars,
  postbox,
  promises,
  ratings,
  routing,
  search,
  settings,
  tiers,
  visitors,
};
