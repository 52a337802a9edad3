/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_LIBRARY_H
#define UTIL_LIBRARY_H

#include <stdatomic.h>
#include <stdbool.h>

/*
 * Libraries that only some commands need, and that are loaded when they call the first function of
 * the library. The dynamic loader would load them, and all libraries behind them, at the start of
 * every command, also of one that is only handed over.
 *
 * One file for each library defines the library's functions under their own names, declared by the
 * library's own header. Each calls the function of the same name in the library. A note in the
 * program names the library, for tools that make packages (.note.dlopen, as systemd defines it).
 */

struct library_function {
	const char *name;
	void **address; /* where its address goes */
};

struct library {
	const char *soname;   /* "libkmod.so.2" */
	const char *packages; /* that have it: "libkmod2 (Debian, Ubuntu) or kmod-libs (Fedora)" */
	const struct library_function *functions; /* ended by a function without a name */
	atomic_bool loaded;
};

/**
 * library_load() - load the library and find its functions, unless that was done before
 *
 * Any thread may call this function. If the library or one of its functions is missing, it ends
 * the program with a message and EXIT_CANNOT. A command that changes the system therefore loads
 * what it needs before it changes anything.
 */
void library_load(struct library *library);

/*
 * The functions of a library are a list F(X) of X(COUNT, TYPE, NAME, PARAMETER TYPES...), where
 * COUNT is how many parameters the function has. The compiler compares each with the declaration in
 * the library's header. LIBRARY_DEFINE(F, SONAME, PACKAGES) defines a struct library, called
 * library, and all functions.
 */
#define LIBRARY_DEFINE(F, so_name, in_packages)                                                    \
	static struct library library;                                                             \
	F(LIBRARY_ADDRESS)                                                                         \
	F(LIBRARY_FUNCTION)                                                                        \
	static const struct library_function library_functions[] = {F(LIBRARY_ENTRY){0}};          \
	static struct library library = {                                                          \
		.soname = so_name,                                                                 \
		.packages = in_packages,                                                           \
		.functions = library_functions,                                                    \
	};                                                                                         \
	LIBRARY_NOTE(so_name)

#define LIBRARY_ADDRESS(count, type, function, ...) static typeof(function) *function##_address;
#define LIBRARY_ENTRY(count, type, function, ...) {#function, (void **)&function##_address},
#define LIBRARY_FUNCTION(count, type, function, ...)                                               \
	type function(LIBRARY_PARAMETERS_##count(__VA_ARGS__))                                     \
	{                                                                                          \
		library_load(&library);                                                            \
		return function##_address(LIBRARY_ARGUMENTS_##count);                              \
	}

#define LIBRARY_PARAMETERS_0(...) void
#define LIBRARY_PARAMETERS_1(A) A a
#define LIBRARY_PARAMETERS_2(A, B) A a, B b
#define LIBRARY_PARAMETERS_3(A, B, C) A a, B b, C c
#define LIBRARY_PARAMETERS_4(A, B, C, D) A a, B b, C c, D d
#define LIBRARY_PARAMETERS_6(A, B, C, D, E, F) A a, B b, C c, D d, E e, F f
#define LIBRARY_ARGUMENTS_0
#define LIBRARY_ARGUMENTS_1 a
#define LIBRARY_ARGUMENTS_2 a, b
#define LIBRARY_ARGUMENTS_3 a, b, c
#define LIBRARY_ARGUMENTS_4 a, b, c, d
#define LIBRARY_ARGUMENTS_6 a, b, c, d, e, f

/* A note of the owner "FDO" with this type, and JSON as its content */
#define LIBRARY_NOTE_TYPE 0x407c0c0a
#define LIBRARY_NOTE_TEXT(so_name) "[{\"soname\":[\"" so_name "\"],\"priority\":\"required\"}]"
#define LIBRARY_NOTE(so_name)                                                                      \
	__attribute__((used, aligned(4), section(".note.dlopen"))) static const struct {           \
		unsigned int name_size, text_size, type;                                           \
		char name[sizeof("FDO")];                                                          \
		char text[(sizeof(LIBRARY_NOTE_TEXT(so_name)) + 3) / 4 * 4];                       \
	} library_note = {sizeof("FDO"), sizeof(LIBRARY_NOTE_TEXT(so_name)), LIBRARY_NOTE_TYPE,    \
			  "FDO", LIBRARY_NOTE_TEXT(so_name)}

#endif
