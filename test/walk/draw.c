// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "test/walk/draw.h"

/*
 * The state of drawing, with a guess of what is detached by now: only attached memdevs can be
 * detached.
 */
struct drawing {
	const struct machine *machine;
	unsigned short random[3];
	unsigned int kinds;   /* as bits */
	unsigned int methods; /* as bits */
	bool kills, timeouts;
	unsigned int down; /* hosts, as bits */
};

/* Return a number from 0 to @bound - 1 */
static unsigned int below(struct drawing *drawing, unsigned int bound)
{
	return (unsigned int)(nrand48(drawing->random) >> 8) % bound;
}

/* Return true once in @times calls */
static bool once_in(struct drawing *drawing, unsigned int times)
{
	return below(drawing, times) == 0;
}

static void start(struct drawing *drawing, uint64_t seed, uint64_t number)
{
	uint64_t mixed = (seed + 1) * 0x9e3779b97f4a7c15ULL ^ (number + 1) * 0xbf58476d1ce4e5b9ULL;

	mixed = (mixed ^ mixed >> 31) * 0x94d049bb133111ebULL;
	for (int i = 0; i < 3; i++)
		drawing->random[i] = (unsigned short)(mixed >> (16 * i + 8));
	for (int i = 0; i < 4; i++)
		nrand48(drawing->random);
}

static bool is_possible(const struct machine *machine, enum move_kind kind)
{
	switch (kind) {
	case MOVE_REMOVE:
	case MOVE_RESCAN:
	case MOVE_BY_ID:
	case MOVE_SLOW:
		return machine->pci;
	default:
		return true;
	}
}

/*
 * Kinds of moves with the module. They exclude MOVE_BY_ID, because an unloaded module loses its
 * ids.
 */
#define WITH_MODULE (1U << MOVE_UNLOAD | 1U << MOVE_INSERT | 1U << MOVE_HIDE)

/* How an administrator sets a machine up: mostly at the beginning of a sequence */
#define PRELUDE                                                                                    \
	(1U << MOVE_INSERT | 1U << MOVE_HIDE | 1U << MOVE_AUTOPROBE_OFF | 1U << MOVE_BY_ID |       \
	 1U << MOVE_SLOW)

/* Moves that belong together, in addition to those that are drawn alone */
enum theme {
	THEME_NONE,
	THEME_MODULE,
	THEME_PORT,
	THEME_RESCAN, /* the other themes are for PCI only */
	THEME_SLOW,
	NR_THEMES,
};

static void draw_theme(struct drawing *drawing)
{
	enum theme theme = below(drawing, drawing->machine->pci ? NR_THEMES : THEME_RESCAN);
	bool one = once_in(drawing, 2), other = once_in(drawing, 2);

	switch (theme) {
	case THEME_MODULE:
		drawing->kinds |= (one ? 1U << MOVE_INSERT : 0) | (other ? 1U << MOVE_HIDE : 0);
		drawing->methods |= 1U << METHOD_OF_MODULE;
		break;
	case THEME_PORT:
		drawing->methods = 1U << METHOD_OF_PORT;
		break;
	case THEME_RESCAN:
		drawing->kinds |=
			(one ? 1U << MOVE_BY_ID : 0) | (other ? 1U << MOVE_AUTOPROBE_OFF : 0);
		drawing->methods |= 1U << METHOD_OF_PCI_REMOVE;
		break;
	case THEME_SLOW:
		drawing->kinds |= 1U << MOVE_SLOW;
		drawing->methods |= 1U << METHOD_OF_HANDOVER;
		drawing->timeouts = true;
		break;
	default:
		break;
	}
}

/* Add the kind that another kind needs */
static void complete_kinds(struct drawing *drawing)
{
	if (drawing->kinds & 1U << MOVE_BY_ID) {
		drawing->kinds &= ~WITH_MODULE;
		drawing->methods &= ~(1U << METHOD_OF_MODULE);
	}
	if (drawing->kinds & 1U << MOVE_UNLOAD)
		drawing->kinds |= 1U << MOVE_LOAD;
	if (drawing->kinds & 1U << MOVE_READ_ONLY)
		drawing->kinds |= 1U << MOVE_WRITABLE;
	if (drawing->kinds & 1U << MOVE_REMOVE)
		drawing->kinds |= 1U << MOVE_RESCAN;
	if (!drawing->methods)
		drawing->methods = 1U << METHOD_OF_MEMDEV;
}

static void draw_kinds(struct drawing *drawing)
{
	unsigned int alone =
		below(drawing, 3); /* one of three sequences has only commands of this project */

	drawing->kinds = 0;
	for (unsigned int kind = MOVE_LIST; alone > 0 && kind < NR_DRAWN_KINDS; kind++) {
		if (is_possible(drawing->machine, kind) && once_in(drawing, 6))
			drawing->kinds |= 1U << kind;
	}
	drawing->kills = once_in(drawing, 3);
	drawing->timeouts = once_in(drawing, 3);
}

static bool method_is_possible(const struct drawing *drawing, enum method method)
{
	return method != METHOD_OF_PCI_REMOVE || drawing->machine->pci;
}

static void draw_methods(struct drawing *drawing)
{
	unsigned int count = 1 + below(drawing, 3);

	drawing->methods = 0;
	while (count > 0) {
		enum method method = below(drawing, NR_METHODS_DRAWN);

		if (!method_is_possible(drawing, method))
			continue;
		drawing->methods |= 1U << method;
		count--;
	}
}

static enum method draw_method(struct drawing *drawing)
{
	enum method method;

	do {
		method = below(drawing, NR_METHODS_DRAWN);
	} while (!(drawing->methods & 1U << method));
	return method;
}

/* Draw one host, or rarely several; mostly from the hosts whose bits are in @of */
static unsigned int draw_hosts(struct drawing *drawing, unsigned int of)
{
	size_t count = drawing->machine->nr_hosts;
	unsigned int all = (1U << count) - 1, one;

	of &= all;
	if (!of || once_in(drawing, 8))
		of = all;
	do {
		one = 1U << below(drawing, (unsigned int)count);
	} while (!(of & one));
	if (count > 1 && once_in(drawing, 4))
		one |= 1U << below(drawing, (unsigned int)count);
	return one;
}

static void draw_circumstances(struct drawing *drawing, struct move *move)
{
	static const char *const points[] = {"planned", "journal", "step-0", "step-1",
					     "step-2",	"step-3",  "acted",  "returned",
					     "back",	"verified"};
	static const int timeouts[] = {20, 60, 150, 400, 1000};
	unsigned int point = below(drawing, 2 * sizeof(points) / sizeof(points[0]));
	int delay = 1 + (int)below(drawing, 1200), timeout = timeouts[below(drawing, 5)];

	if (drawing->kills && once_in(drawing, 3)) {
		if (point % 2 == 0)
			move->point = points[point / 2];
		else
			move->kill_ms = delay;
	} else if (drawing->timeouts && once_in(drawing, 2)) {
		move->timeout_ms = timeout;
	}
	if (move_is_killed(move) || move->timeout_ms)
		move->beside = once_in(drawing, 3);
}

static void draw_detach(struct drawing *drawing, struct move *move)
{
	move->kind = MOVE_DETACH;
	move->method = draw_method(drawing);
	move->hosts = draw_hosts(drawing, ~drawing->down);
	move->force = !once_in(drawing, 4);
	move->reattach = once_in(drawing, 6);
	draw_circumstances(drawing, move);
	if (!move->reattach)
		drawing->down |= move->hosts;
}

static void draw_attach(struct drawing *drawing, struct move *move)
{
	move->kind = MOVE_ATTACH;
	move->target = once_in(drawing, 2) ? TARGET_JOURNAL : below(drawing, NR_TARGETS);
	move->hosts = draw_hosts(drawing, drawing->down);
	move->cycle_bus = once_in(drawing, drawing->methods & 1U << METHOD_OF_PORT ? 2 : 8);
	move->force = move->cycle_bus && !once_in(drawing, 4);
	draw_circumstances(drawing, move);
	if (move->target == TARGET_JOURNAL || move->target == TARGET_ALL)
		drawing->down = 0;
	else
		drawing->down &= ~move->hosts;
}

static void draw_by_hand(struct drawing *drawing, struct move *move, unsigned int of)
{
	do {
		move->kind = below(drawing, NR_DRAWN_KINDS);
	} while (!(of & 1U << move->kind));
	move->hosts = 1U << below(drawing, (unsigned int)drawing->machine->nr_hosts);
	move->slow_ms = once_in(drawing, 2) ? 1500 : 4000;
}

/*
 * Only if enough others are left. The lab's provider cannot be loaded again with the name of a
 * missing device.
 */
static bool may_unplug(struct drawing *drawing)
{
	return drawing->machine->pci && drawing->machine->nr_hosts > 2 &&
	       !(drawing->kinds & WITH_MODULE) && !(drawing->methods & 1U << METHOD_OF_MODULE) &&
	       once_in(drawing, 8);
}

static void draw_move(struct drawing *drawing, struct move *move)
{
	unsigned int all = (1U << drawing->machine->nr_hosts) - 1;
	bool everything = (drawing->down & all) == all;
	unsigned int of = drawing->kinds & ~PRELUDE;

	if (once_in(drawing, 8))
		of = drawing->kinds;
	if (of && once_in(drawing, 3))
		draw_by_hand(drawing, move, of);
	else if (!drawing->down || (!everything && once_in(drawing, 2)))
		draw_detach(drawing, move);
	else
		draw_attach(drawing, move);
}

void draw_sequence(const struct machine *machine, uint64_t seed, uint64_t number, size_t nr_moves,
		   struct sequence *sequence)
{
	struct drawing drawing = {.machine = machine};
	unsigned int prelude;

	*sequence = (struct sequence){.seed = seed, .number = number};
	start(&drawing, seed, number);
	draw_kinds(&drawing);
	draw_methods(&drawing);
	draw_theme(&drawing);
	complete_kinds(&drawing);
	if (nr_moves > MOVES_MAX)
		nr_moves = MOVES_MAX;
	sequence->nr_moves =
		nr_moves < 3 ? nr_moves : 2 + below(&drawing, (unsigned int)nr_moves - 1);
	prelude = drawing.kinds & PRELUDE;
	for (size_t i = 0; i < sequence->nr_moves; i++) {
		struct move *move = &sequence->moves[i];

		if (prelude && i + 2 < sequence->nr_moves)
			draw_by_hand(&drawing, move, prelude);
		else
			draw_move(&drawing, move);
		prelude &= ~(1U << move->kind);
	}
	if (may_unplug(&drawing))
		sequence->moves[sequence->nr_moves - 1] = (struct move){
			.kind = MOVE_UNPLUG, .hosts = draw_hosts(&drawing, ~drawing.down)};
}
