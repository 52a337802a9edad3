// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: bare-exec COMMAND...
 *
 * The least that any program needs to hand a command over to cxl-cli: it starts, and becomes the
 * program in the environment variable CXL_CLI.
 */
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	return argc < 2 || execv(getenv("CXL_CLI"), argv);
}
