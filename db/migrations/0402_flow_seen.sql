-- Up to where whoever holds a run by themselves has seen it; from when it becomes a concern on its party says so.
ALTER TABLE flow_run ADD COLUMN seen_seq integer NOT NULL DEFAULT 0;
