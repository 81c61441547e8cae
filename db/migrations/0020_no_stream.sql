-- concerns: a table that nobody read or wrote; a provider's thread comes with the channel that has one.
DROP TABLE stream;
