// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "test/damage/distinct.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* FNV-1a, never 0: a collision among some ten thousand answers is very unlikely. */
static uint64_t hash_of(enum schema schema, const char *text)
{
	uint64_t hash = 0xcbf29ce484222325 + (uint64_t)schema;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash ?: 1;
}

/* Return false if it is already in the table */
static bool insert(uint64_t *hashes, size_t size, uint64_t hash)
{
	size_t at = hash & (size - 1);

	while (hashes[at] && hashes[at] != hash)
		at = (at + 1) & (size - 1);
	if (hashes[at])
		return false;
	hashes[at] = hash;
	return true;
}

/* At most half of the table is used. */
static void grow(struct distinct *distinct)
{
	size_t size = distinct->size ? 2 * distinct->size : 1024;
	uint64_t *hashes;

	if (2 * distinct->count < distinct->size)
		return;
	hashes = memory_check(calloc(size, sizeof(*hashes)));
	for (size_t i = 0; i < distinct->size; i++) {
		if (distinct->hashes[i])
			insert(hashes, size, distinct->hashes[i]);
	}
	free(distinct->hashes);
	distinct->hashes = hashes;
	distinct->size = size;
}

static FILE *create(const struct distinct *distinct, enum schema schema)
{
	_cleanup_free_ char *directory =
		xasprintf("%s/%s", distinct->directory, schema_name(schema));
	_cleanup_free_ char *path = xasprintf("%s/%zu.json", directory, distinct->count);
	FILE *file;

	mkdir(directory, 0700);
	file = fopen(path, "we");
	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

void distinct_add(void *data, enum schema schema, const char *json)
{
	struct distinct *distinct = data;
	bool begun = distinct->arrays[schema];
	FILE *file;

	grow(distinct);
	if (!insert(distinct->hashes, distinct->size, hash_of(schema, json)))
		return;
	distinct->count++;
	file = begun ? distinct->arrays[schema] : create(distinct, schema);
	if (!schema_is_array(schema)) {
		fprintf(file, "%s\n", json);
		fclose(file);
		return;
	}
	fprintf(file, "%s%s", begun ? ",\n" : "[\n", json);
	distinct->arrays[schema] = file;
}

int distinct_end(struct distinct *distinct)
{
	int rc = 0;

	for (int i = 0; i < NR_SCHEMAS; i++) {
		FILE *file = distinct->arrays[i];

		if (file && (fputs("\n]\n", file) == EOF || fclose(file) == EOF))
			rc = -1;
	}
	free(distinct->hashes);
	return rc;
}
