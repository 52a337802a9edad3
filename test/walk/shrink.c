// SPDX-License-Identifier: GPL-2.0-only
#include "test/walk/shrink.h"

void shrink_begin(struct shrinking *shrinking, uint32_t kept, size_t nr_moves)
{
	*shrinking = (struct shrinking){.kept = kept, .nr_moves = nr_moves, .next = nr_moves};
}

uint32_t shrink_next(struct shrinking *shrinking)
{
	for (;;) {
		if (shrinking->next == 0) {
			if (!shrinking->left_out_one)
				return 0;
			shrinking->left_out_one = false;
			shrinking->next = shrinking->nr_moves;
		}
		shrinking->next--;
		if (shrinking->kept & UINT32_C(1) << shrinking->next &&
		    shrinking->kept != UINT32_C(1) << shrinking->next)
			return shrinking->kept & ~(UINT32_C(1) << shrinking->next);
	}
}

void shrink_result(struct shrinking *shrinking, uint32_t candidate, bool failed)
{
	if (!failed)
		return;
	shrinking->kept = candidate;
	shrinking->left_out_one = true;
}
