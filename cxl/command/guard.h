/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_GUARD_H
#define CXL_COMMAND_GUARD_H

#include "cxl/command/guard-request.h"

/*
 * The guard of the cxl-cli commands that remove memory. It finds the objects that cxl-cli would act
 * on, judges each object, refuses some, and runs cxl-cli on the others. --dry-run and --explain
 * print the verdicts and change nothing.
 *
 * The guard itself changes no CXL object. It does not see changes between the second snapshot and
 * the operation of cxl-cli. To close this window, delete_region_store() (drivers/cxl/core/region.c)
 * would have to check CXL_REGION_F_LOCK.
 */

/**
 * guard() - run a guarded command
 * @argv: the whole command line: argv[1] is the name of the command
 *
 * Return: the exit status, if cxl-cli did not replace this process.
 */
int guard(const struct guarded_command *command, int argc, char **argv);

#endif
