// What others may read of custom fields.
export { allFields, fieldsOf } from "#modules/fields/store.ts";
