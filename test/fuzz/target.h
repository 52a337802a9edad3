/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_FUZZ_TARGET_H
#define TEST_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The fuzz targets: each one is a text that the product reads. A target lets the product read the
 * text, and checks what has to hold for each text, however damaged it is; its file begins with a
 * list of that.
 */

struct fuzz_target {
	const char *name; /* also of its directories of seeds and of found inputs */
	/* Before the first text; NULL: nothing is to be prepared */
	void (*prepare)(void);
	/* @text has a null byte after it, and may have others in it */
	void (*run)(const char *text, size_t size);
};

extern const struct fuzz_target exercise_log_target, iomem_target, journal_target,
	kernel_log_target, listing_target, machine_target, modules_target, uevent_target,
	users_target;

/* A directory that has nothing but what the target puts there; its path, and open */
extern char *fuzz_directory;
extern int fuzz_directory_fd;

/** fuzz_fault() - end the program as a crash, which the fuzzer takes down with its input */
void fuzz_fault(const char *where, const char *what) __attribute__((noreturn));

/** fuzz_die() - end the program because a system call failed: no fault of the product */
void fuzz_die(const char *what) __attribute__((noreturn));

struct json_object;

/**
 * fuzz_parse_json() - *valid: is it one JSON value in UTF-8, and nothing else?
 *
 * Return: the value, which the caller puts, also where it is not valid but can be parsed; or NULL.
 */
struct json_object *fuzz_parse_json(const char *json, bool *valid);

/** fuzz_check_json() - a fault unless it is one valid JSON value in UTF-8 */
void fuzz_check_json(const char *where, const char *json);

/** fuzz_put() - make or replace a file; @path is in fuzz_directory, and its directory is there */
void fuzz_put(const char *path, const char *text, size_t size);

/**
 * fuzz_part() - one of several files in a text
 *
 * Each begins with a line "=== NAME", and ends before the next such line. The newline before that
 * does not belong to it.
 *
 * Return: its beginning in @text; NULL if there is none.
 */
const char *fuzz_part(const char *text, size_t size, const char *name, size_t *length);

/** fuzz_lines() - how many lines a text has, also one that does not end in a newline */
size_t fuzz_lines(const char *text, size_t size);

/** fuzz_has() - is @wanted in the text? A null byte in it is a byte like any other. */
bool fuzz_has(const char *text, size_t size, const char *wanted);

#endif
