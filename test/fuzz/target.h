/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_FUZZ_TARGET_H
#define TEST_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The fuzz targets. The input of each target is a text that the product reads. A target lets the
 * product read the text, and checks what must hold for every text, even a damaged one. The file of
 * a target begins with a list of these conditions.
 */

struct fuzz_target {
	const char *name; /* also the name of its directories of seeds and of found inputs */
	/* Called before the first text; NULL: nothing to prepare */
	void (*prepare)(void);
	/* A null byte follows @text, which may contain other null bytes */
	void (*run)(const char *text, size_t size);
};

extern const struct fuzz_target exercise_log_target, iomem_target, journal_target,
	kernel_log_target, listing_target, machine_target, modules_target, uevent_target,
	users_target;

/* A directory that contains only the files of the target: its path, and its descriptor */
extern char *fuzz_directory;
extern int fuzz_directory_fd;

/** fuzz_fault() - end the program as a crash, which the fuzzer records with its input */
void fuzz_fault(const char *where, const char *what) __attribute__((noreturn));

/**
 * fuzz_die() - end the program because a system call failed, which is not a fault of the product
 */
void fuzz_die(const char *what) __attribute__((noreturn));

struct json_object;

/**
 * fuzz_parse_json() - parse a text; *valid: it is one JSON value in UTF-8, and nothing else
 *
 * Return: the value, which the caller releases, even if it is not valid but can be parsed; or NULL.
 */
struct json_object *fuzz_parse_json(const char *json, bool *valid);

/** fuzz_check_json() - report a fault unless the text is one valid JSON value in UTF-8 */
void fuzz_check_json(const char *where, const char *json);

/** fuzz_put() - create or replace the file @path in fuzz_directory; its directory must exist */
void fuzz_put(const char *path, const char *text, size_t size);

/**
 * fuzz_part() - find one of several files in a text
 *
 * Each begins with a line "=== NAME", and ends before the next such line. The newline before that
 * line does not belong to it.
 *
 * Return: its beginning in @text; NULL if there is none.
 */
const char *fuzz_part(const char *text, size_t size, const char *name, size_t *length);

/** fuzz_lines() - count the lines of a text, including one that does not end in a newline */
size_t fuzz_lines(const char *text, size_t size);

/** fuzz_has() - test whether @wanted is in the text, which may contain null bytes */
bool fuzz_has(const char *text, size_t size, const char *wanted);

#endif
