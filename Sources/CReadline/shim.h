// SPDX-License-Identifier: Apache-2.0
//
// All that Inkling uses of GNU readline. The library's state is in globals, which Swift 6 refuses to touch; each
// function here reads or writes some of them.

#ifndef INKLING_CREADLINE_H
#define INKLING_CREADLINE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <readline/readline.h>
#include <readline/history.h>

typedef void readline_line_handler(char *line);
typedef int readline_key_handler(int count, int key);
/// Gives the words that may stand at `start`: an array made with malloc, as `rl_attempted_completion_function` wants
/// it.
typedef char **readline_completer(const char *word, int start, int end);

/// To be called once, first. Signals are left to the program, and so is the environment.
static inline void readline_set_up(int history_limit, readline_completer *complete) {
    rl_readline_name = "inkling";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    // Before the user's own settings are read, so that they win.
    rl_variable_bind("enable-bracketed-paste", "on");
    rl_attempted_completion_function = complete;
    rl_completer_word_break_characters = (char *)" \t\n";
    using_history();
    stifle_history(history_limit);
    rl_initialize();
}

/// Lines are shown on standard error in place of standard output.
static inline void readline_show_on_standard_error(void) {
    rl_outstream = stderr;
}

static inline void readline_bind(const char *keys, readline_key_handler *handler) {
    rl_bind_keyseq(keys, handler);
}

/// Shows the prompt; `handler` gets the line, NULL at the end of input, and frees it.
static inline void readline_begin(const char *prompt, readline_line_handler *handler) {
    rl_callback_handler_install(prompt, handler);
}

static inline void readline_end(void) {
    rl_callback_handler_remove();
}

/// Ends a line that is followed by another at once. The terminal is kept: between its modes what is typed could
/// change its meaning.
static inline void readline_end_for_next(void) {
    rl_voidfunc_t *give_back = rl_deprep_term_function;
    rl_deprep_term_function = NULL;
    rl_callback_handler_remove();
    rl_deprep_term_function = give_back;
}

static inline void readline_read_key(void) {
    rl_callback_read_char();
}

/// Gives up the line: an unfinished search, argument or quotation with it.
static inline void readline_abandon(void) {
    bool was_searching = RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH);
    rl_free_line_state();
    rl_callback_sigcleanup();
    // The end of a search shows the line again.
    if (was_searching) rl_clear_visible_line();
    fflush(rl_outstream);
}

/// Moves the cursor behind the line, so that what is written next does not go over it.
static inline void readline_go_to_end(void) {
    // A search shows a line that is not the one being edited.
    if (RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH)) {
        rl_clear_visible_line();
    } else {
        rl_point = rl_end;
        rl_redisplay();
    }
    fflush(rl_outstream);
}

static inline bool readline_is_empty(void) {
    return rl_end == 0;
}

static inline void readline_insert(const char *text) {
    rl_insert_text(text);
}

/// The line being edited; not a copy.
static inline const char *readline_line(void) {
    return rl_line_buffer;
}

/// No file names where there is nothing else to offer.
static inline void readline_complete_nothing_else(void) {
    rl_attempted_completion_over = 1;
}

static inline void readline_give_terminal_back(void) {
    rl_deprep_terminal();
}

static inline void readline_take_terminal(void) {
    rl_prep_terminal(1);
}

/// Shows prompt and line again, from where the cursor is.
static inline void readline_show_again(void) {
    rl_forced_update_display();
}

static inline void readline_resize(void) {
    rl_resize_terminal();
}

static inline void readline_remember(const char *entry) {
    add_history(entry);
}

#endif
