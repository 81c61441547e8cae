// What others may read of tiers and of what counts for a customer. Called by promises, routing, automation and customers/routes.ts.
export { allTiers, dependentOn, standingsOf } from "#modules/customers/store-tiers.ts";
