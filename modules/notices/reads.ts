// What others may read of notices.
export { noticesFrom } from "#modules/notices/store.ts";
