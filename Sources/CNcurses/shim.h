// SPDX-License-Identifier: Apache-2.0
//
// All that Inkling uses of ncurses: macros, which Swift does not see, and globals, which Swift 6 refuses.

#ifndef INKLING_CNCURSES_H
#define INKLING_CNCURSES_H

// The wide-character functions are declared only when this is set.
#define NCURSES_WIDECHAR 1

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <wchar.h>

#include <curses.h>

// From term.h, the rest of which is macros with names like `columns`.
extern int setupterm(const char *terminal, int descriptor, int *status);
extern struct term *cur_term;
extern int del_curterm(struct term *terminal);
extern const char *const boolnames[];
extern const char *const numnames[];
extern const char *const strnames[];

// Of POSIX, but hidden unless a program asks for it before it includes anything.
extern int wcwidth(wchar_t character);

// MARK: The description of a terminal, without a screen

/// Loads the description of a terminal. Returns 1 if it is known, 0 if it is not, -1 if there are none at all.
static inline int ncurses_load_description(const char *name, int descriptor) {
    int status = -1;
    return setupterm(name, descriptor, &status) == OK ? 1 : status > 0 ? 0 : status;
}

static inline void ncurses_unload_description(void) {
    del_curterm(cur_term);
}

/// Names of capabilities in the order of compiled descriptions; NULL after the last one.
static inline const char *ncurses_flag_name(int index) { return boolnames[index]; }
static inline const char *ncurses_number_name(int index) { return numnames[index]; }
static inline const char *ncurses_string_name(int index) { return strnames[index]; }

static inline bool ncurses_flag(const char *capability) {
    return tigetflag(capability) == 1;
}

/// -1 if the terminal lacks it.
static inline int ncurses_number(const char *capability) {
    int number = tigetnum(capability);
    return number < 0 ? -1 : number;
}

/// NULL if the terminal lacks it.
static inline const char *ncurses_string(const char *capability) {
    char *text = tigetstr(capability);
    return text == (char *)-1 ? NULL : text;
}

// MARK: Characters

/// Whether characters are UTF-8 by the locale of the environment; in the C locale, they are if that can be had.
static inline bool ncurses_set_up_characters(void) {
    const char *locale = setlocale(LC_CTYPE, "");
    if (locale == NULL || (locale[0] == 'C' && locale[1] == 0) || (locale[0] == 'P' && locale[1] == 'O'))
        setlocale(LC_CTYPE, "C.UTF-8");
    const char *code = nl_langinfo(CODESET);
    return code[0] == 'U' && code[1] == 'T' && code[2] == 'F';
}

// MARK: Starting and ending

/// A screen on the terminal of these streams, and the current one from now on; NULL if the terminal is unknown.
static inline SCREEN *ncurses_open(const char *terminal, FILE *output, FILE *input) {
    // The size is asked of the terminal, not of LINES and COLUMNS.
    use_env(FALSE);
    use_tioctl(TRUE);
    SCREEN *screen = newterm(terminal, output, input);
    if (screen != NULL) set_term(screen);
    return screen;
}

/// Keys come one by one, unechoed, those that send signals elsewhere included.
static inline void ncurses_set_up_keys(int escape_delay) {
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    set_escdelay(escape_delay);
    // Else drawing stops in the middle when a key is pressed.
    typeahead(-1);
}

static inline void ncurses_delete(SCREEN *screen) {
    delscreen(screen);
}

/// Gives the terminal back, for a while or for good.
static inline void ncurses_leave(void) {
    endwin();
}

/// Takes the terminal again; the screen is drawn anew at the next refresh.
static inline void ncurses_return(void) {
    reset_prog_mode();
    clearok(stdscr, TRUE);
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

// MARK: Attributes

static inline attr_t ncurses_bold(void) { return WA_BOLD; }
static inline attr_t ncurses_dim(void) { return WA_DIM; }
static inline attr_t ncurses_italic(void) { return WA_ITALIC; }
static inline attr_t ncurses_underline(void) { return WA_UNDERLINE; }
static inline attr_t ncurses_reverse(void) { return WA_REVERSE; }
/// Not struck through by itself: the description says what is sent for it.
static inline attr_t ncurses_horizontal(void) { return WA_HORIZONTAL; }

// MARK: Drawing

/// Characters of one cell, the first and those that combine with it.
#define NCURSES_CELL_CHARACTERS CCHARW_MAX

/// Draws one cell: up to NCURSES_CELL_CHARACTERS characters, ended by 0.
static inline void ncurses_draw_cell(int row, int column, const wchar_t *text, attr_t attributes, int pair) {
    cchar_t cell;
    if (setcchar(&cell, text, attributes, 0, &pair) == OK) mvwadd_wch(stdscr, row, column, &cell);
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
