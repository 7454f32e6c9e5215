// SPDX-License-Identifier: Apache-2.0
//
// All that Inkling uses of ncurses beyond its plain functions: macros, which Swift does not see, and globals, which
// Swift 6 refuses.

#ifndef INKLING_CNCURSES_H
#define INKLING_CNCURSES_H

// The wide-character functions are declared only when this is set.
#define NCURSES_WIDECHAR 1

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>

// From term.h, the rest of which is macros with names like `columns`.
extern int setupterm(const char *terminal, int descriptor, int *status);

// MARK: The terminal, without a screen

/// Loads the description of a terminal, NULL for the one of `TERM`.
/// Returns 1 if it is known, 0 if it is not or cannot do what curses needs, -1 if there are no descriptions at all.
static inline int ncurses_load_terminal(const char *name, int descriptor) {
    int status = -1;
    return setupterm(name, descriptor, &status) == OK ? 1 : status > 0 ? 0 : status;
}

/// Colours of the terminal that was loaded last; 0 if it has none.
static inline int ncurses_terminal_colors(void) {
    int count = tigetnum("colors");
    return count > 0 ? count : 0;
}

/// A string capability of the terminal that was loaded last; NULL if it lacks it.
static inline const char *ncurses_terminal_string(const char *capability) {
    char *text = tigetstr(capability);
    return text == (char *)-1 ? NULL : text;
}

// MARK: Starting and ending

/// A screen on the terminal of these streams, and the current one from now on; NULL if the terminal is unknown.
static inline SCREEN *ncurses_open(const char *terminal, FILE *output, FILE *input) {
    SCREEN *screen = newterm(terminal, output, input);
    if (screen != NULL) set_term(screen);
    return screen;
}

static inline SCREEN *ncurses_open_standard(const char *terminal) {
    return ncurses_open(terminal, stdout, stdin);
}

static inline void ncurses_close(SCREEN *screen) {
    endwin();
    delscreen(screen);
}

/// Keys come one by one, unechoed; signal keys still send signals, and Escape waits no longer than `escape_delay` ms.
static inline void ncurses_set_up_keys(int escape_delay) {
    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    meta(stdscr, TRUE);
    set_escdelay(escape_delay);
}

static inline bool ncurses_is_ended(void) {
    return isendwin();
}

// MARK: Size

static inline int ncurses_rows(void) {
    return getmaxy(stdscr);
}

static inline int ncurses_columns(void) {
    return getmaxx(stdscr);
}

static inline void ncurses_resize(int rows, int columns) {
    resizeterm(rows, columns);
}

// MARK: Input

#define NCURSES_READ_NOTHING 0
#define NCURSES_READ_CHARACTER 1
#define NCURSES_READ_KEY 2

/// Reads a character or a function key, waiting at most `timeout` ms, without end if negative.
static inline int ncurses_read(int timeout, wint_t *value) {
    wtimeout(stdscr, timeout);
    switch (wget_wch(stdscr, value)) {
        case OK: return NCURSES_READ_CHARACTER;
        case KEY_CODE_YES: return NCURSES_READ_KEY;
        default: return NCURSES_READ_NOTHING;
    }
}

/// Gives the sequence of bytes `text` a key code of our own.
static inline void ncurses_define_key(const char *text, int code) {
    define_key(text, code);
}

// MARK: Colours

static inline int ncurses_colors(void) {
    return COLORS;
}

static inline int ncurses_color_pairs(void) {
    return COLOR_PAIRS;
}

/// Starts colours, with the terminal's own for -1. False if it has none.
static inline bool ncurses_start_colors(void) {
    return has_colors() && start_color() == OK && use_default_colors() == OK;
}

static inline bool ncurses_set_pair(int pair, int foreground, int background) {
    return init_extended_pair(pair, foreground, background) == OK;
}

static inline bool ncurses_set_color(int color, int red, int green, int blue) {
    return can_change_color() && init_extended_color(color, red, green, blue) == OK;
}

// MARK: Attributes

static inline attr_t ncurses_bold(void) { return WA_BOLD; }
static inline attr_t ncurses_dim(void) { return WA_DIM; }
static inline attr_t ncurses_italic(void) { return WA_ITALIC; }
static inline attr_t ncurses_underline(void) { return WA_UNDERLINE; }
static inline attr_t ncurses_reverse(void) { return WA_REVERSE; }

// MARK: Drawing

/// Characters of one cell, the first and those that combine with it.
#define NCURSES_CELL_CHARACTERS CCHARW_MAX

/// Draws one cell: up to NCURSES_CELL_CHARACTERS characters, ended by 0.
static inline bool ncurses_draw_cell(int row, int column, const wchar_t *text, attr_t attributes, int pair) {
    cchar_t cell;
    if (setcchar(&cell, text, attributes, 0, &pair) != OK) return false;
    // In the last cell of the screen the character is drawn and the cursor's move fails.
    int status = mvwadd_wch(stdscr, row, column, &cell);
    return status == OK || (row == getmaxy(stdscr) - 1 && column >= getmaxx(stdscr) - 2);
}

static inline void ncurses_erase(void) {
    werase(stdscr);
}

static inline void ncurses_move(int row, int column) {
    wmove(stdscr, row, column);
}

/// Sends what has changed.
static inline void ncurses_refresh(void) {
    wrefresh(stdscr);
}

/// Sends everything anew at the next refresh.
static inline void ncurses_redraw(void) {
    clearok(stdscr, TRUE);
}

/// 0 hides the cursor, 1 shows it.
static inline void ncurses_set_cursor(int visibility) {
    curs_set(visibility);
}

#endif
