// The settings of the built-in PostgreSQL, sized for one small machine. Called by postgres.ts.

/** Every setting that differs from PostgreSQL's own defaults, as `postgresql.conf` spells it. */
const settings: Readonly<Record<string, string>> = {
  // Never beyond this machine. Where the folder's path is short enough, postgres.ts adds a local socket.
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "120",
  password_encryption: "scram-sha-256",

  // Nothing acknowledged is ever lost.
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_compression: "on",
  max_wal_size: "1GB",
  min_wal_size: "80MB",
  checkpoint_timeout: "10min",

  // Memory: the whole process tree stays below 400 MB; the operating system's cache does the rest.
  shared_buffers: "48MB",
  work_mem: "8MB",
  maintenance_work_mem: "64MB",
  effective_cache_size: "1GB",
  random_page_cost: "1.1",
  jit: "off",
  io_method: "sync",
  max_worker_processes: "4",
  max_logical_replication_workers: "0",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "1",

  // Big tables: vacuum and analyze after 2-5 % of change instead of 10-20 %, and in larger bites.
  autovacuum_max_workers: "2",
  autovacuum_naptime: "30s",
  autovacuum_vacuum_scale_factor: "0.05",
  autovacuum_vacuum_insert_scale_factor: "0.05",
  autovacuum_analyze_scale_factor: "0.02",
  autovacuum_vacuum_cost_limit: "1000",

  // The log names faults but no customer: no parameters, no statement text, no DETAIL with values.
  log_line_prefix: "%m [%p] %d ",
  log_min_messages: "warning",
  log_min_error_statement: "panic",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_error_verbosity: "terse",
  log_checkpoints: "off",

  timezone: "UTC",
  log_timezone: "UTC",
  datestyle: "iso, ymd",
  lc_messages: "C",
  default_text_search_config: "pg_catalog.simple",
};

/**
 * Text of `postgresql.conf`: the settings above, `changes` over them, and at the end `ownFile`, the settings of the
 * operator, which win.
 */
export function renderSettings(changes: Readonly<Record<string, string>>, ownFile: string | undefined): string {
  const lines = Object.entries({ ...settings, ...changes }).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`,
  );
  return [
    "# Written at every start. Own settings go into postgres.conf in the folder above; they win over these.",
    ...lines,
    ...(ownFile === undefined ? [] : [`include = '${ownFile.replaceAll("'", "''")}'`]),
    "",
  ].join("\n");
}
