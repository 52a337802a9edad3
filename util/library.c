// SPDX-License-Identifier: LGPL-2.1-only
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/exit-status.h"
#include "util/library.h"

static void cannot_load(const struct library *library)
{
	fprintf(stderr, "cxl: cannot load the library %s: %s\ncxl: install the package %s\n",
		library->soname, dlerror(), library->packages);
	exit(EXIT_CANNOT);
}

/* The library stays loaded: a handler that it registered may be called at the program's end. */
static void find_functions(const struct library *library)
{
	void *handle = dlopen(library->soname, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);

	if (!handle)
		cannot_load(library);
	for (const struct library_function *function = library->functions; function->name;
	     function++) {
		*function->address = dlsym(handle, function->name);
		if (!*function->address)
			cannot_load(library);
	}
}

void library_load(struct library *library)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	if (atomic_load_explicit(&library->loaded, memory_order_acquire))
		return;
	pthread_mutex_lock(&lock);
	if (!atomic_load_explicit(&library->loaded, memory_order_relaxed))
		find_functions(library);
	atomic_store_explicit(&library->loaded, true, memory_order_release);
	pthread_mutex_unlock(&lock);
}
