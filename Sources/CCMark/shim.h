// SPDX-License-Identifier: Apache-2.0
//
// All that Inkling uses of libcmark-gfm. Nodes of extensions have their type in a variable, which Swift 6 refuses; link
// reference definitions are not in the tree, so they are read from the parser.

#ifndef INKLING_CCMARK_H
#define INKLING_CCMARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm/parser.h>

// MARK: Parsing

/// To be called once, before anything else.
static inline void markdown_set_up(void) {
    cmark_gfm_core_extensions_ensure_registered();
}

// The extension for bare addresses is left out: before 0.29.0.gfm.7 it may read outside its input (GHSA-c944-cv5f-hpvr),
// unless the distribution has mended it. So is the single tilde, which people write for "about".
static inline cmark_parser *_Nonnull markdown_parser(void) {
    static const char *const extensions[] = {"table", "strikethrough", "tasklist"};
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        cmark_syntax_extension *extension = cmark_find_syntax_extension(extensions[i]);
        if (extension != NULL) cmark_parser_attach_syntax_extension(parser, extension);
    }
    return parser;
}

/// The tree of the definitions followed by the text, to be given to `cmark_node_free`. Not for two threads at once:
/// extensions put their characters in a table of the library.
static inline cmark_node *_Nonnull markdown_parse(
    const void *_Nullable definitions, size_t definitions_length, const void *_Nullable text, size_t length) {
    cmark_parser *parser = markdown_parser();
    if (definitions != NULL) cmark_parser_feed(parser, definitions, definitions_length);
    if (text != NULL) cmark_parser_feed(parser, text, length);
    cmark_node *root = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return root;
}

// MARK: Nodes

typedef enum markdown_kind {
    MARKDOWN_OTHER,
    MARKDOWN_BLOCK_QUOTE,
    MARKDOWN_LIST,
    MARKDOWN_ITEM,
    MARKDOWN_CODE_BLOCK,
    MARKDOWN_HTML_BLOCK,
    MARKDOWN_PARAGRAPH,
    MARKDOWN_HEADING,
    MARKDOWN_THEMATIC_BREAK,
    MARKDOWN_TABLE,
    MARKDOWN_TABLE_ROW,
    MARKDOWN_TABLE_CELL,
    MARKDOWN_TEXT,
    MARKDOWN_LINE_BREAK,
    MARKDOWN_CODE,
    MARKDOWN_HTML_INLINE,
    MARKDOWN_EMPHASIS,
    MARKDOWN_STRONG,
    MARKDOWN_STRIKETHROUGH,
    MARKDOWN_LINK,
    MARKDOWN_IMAGE,
} markdown_kind;

static inline markdown_kind markdown_kind_of(cmark_node *_Nonnull node) {
    switch (cmark_node_get_type(node)) {
        case CMARK_NODE_BLOCK_QUOTE: return MARKDOWN_BLOCK_QUOTE;
        case CMARK_NODE_LIST: return MARKDOWN_LIST;
        case CMARK_NODE_ITEM: return MARKDOWN_ITEM;
        case CMARK_NODE_CODE_BLOCK: return MARKDOWN_CODE_BLOCK;
        case CMARK_NODE_HTML_BLOCK: return MARKDOWN_HTML_BLOCK;
        case CMARK_NODE_PARAGRAPH: return MARKDOWN_PARAGRAPH;
        case CMARK_NODE_HEADING: return MARKDOWN_HEADING;
        case CMARK_NODE_THEMATIC_BREAK: return MARKDOWN_THEMATIC_BREAK;
        case CMARK_NODE_TEXT: return MARKDOWN_TEXT;
        case CMARK_NODE_SOFTBREAK:
        case CMARK_NODE_LINEBREAK: return MARKDOWN_LINE_BREAK;
        case CMARK_NODE_CODE: return MARKDOWN_CODE;
        case CMARK_NODE_HTML_INLINE: return MARKDOWN_HTML_INLINE;
        case CMARK_NODE_EMPH: return MARKDOWN_EMPHASIS;
        case CMARK_NODE_STRONG: return MARKDOWN_STRONG;
        case CMARK_NODE_LINK: return MARKDOWN_LINK;
        case CMARK_NODE_IMAGE: return MARKDOWN_IMAGE;
        default: break;
    }
    const char *name = cmark_node_get_type_string(node);
    if (strcmp(name, "table") == 0) return MARKDOWN_TABLE;
    if (strcmp(name, "table_row") == 0 || strcmp(name, "table_header") == 0) return MARKDOWN_TABLE_ROW;
    if (strcmp(name, "table_cell") == 0) return MARKDOWN_TABLE_CELL;
    if (strcmp(name, "strikethrough") == 0) return MARKDOWN_STRIKETHROUGH;
    if (strcmp(name, "tasklist") == 0) return MARKDOWN_ITEM;
    return MARKDOWN_OTHER;
}

static inline bool markdown_is_task(cmark_node *_Nonnull item) {
    return strcmp(cmark_node_get_type_string(item), "tasklist") == 0;
}

static inline bool markdown_is_ordered(cmark_node *_Nonnull list) {
    return cmark_node_get_list_type(list) == CMARK_ORDERED_LIST;
}

/// 'l', 'c', 'r' or 0 for a column of a table.
static inline uint8_t markdown_alignment(cmark_node *_Nonnull table, int column) {
    uint8_t *alignments = cmark_gfm_extensions_get_table_alignments(table);
    return alignments == NULL || column >= cmark_gfm_extensions_get_table_columns(table) ? 0 : alignments[column];
}

/// A walk through everything in `root`, to be given to `cmark_iter_free`.
static inline cmark_iter *_Nonnull markdown_walk(cmark_node *_Nonnull root) {
    return cmark_iter_new(root);
}

typedef struct markdown_step {
    /// NULL at the end.
    cmark_node *_Nullable node;
    bool is_entering;
} markdown_step;

static inline markdown_step markdown_next_step(cmark_iter *_Nonnull walk) {
    cmark_event_type event = cmark_iter_next(walk);
    if (event == CMARK_EVENT_DONE) return (markdown_step){NULL, false};
    return (markdown_step){cmark_iter_get_node(walk), event == CMARK_EVENT_ENTER};
}

// MARK: Link reference definitions

/// A parser that has read the text to its end, to be given to `cmark_parser_free`.
static inline cmark_parser *_Nonnull markdown_read_definitions(const void *_Nullable text, size_t length) {
    cmark_parser *parser = markdown_parser();
    if (text != NULL) cmark_parser_feed(parser, text, length);
    // The blank line ends the paragraph that may still be open; only then its definitions are known.
    cmark_parser_feed(parser, "\n\n", 2);
    return parser;
}

/// The definition that was read last; from it to those before, until NULL.
static inline cmark_map_entry *_Nullable markdown_last_definition(cmark_parser *_Nonnull parser) {
    return parser->refmap->refs;
}

static inline cmark_map_entry *_Nullable markdown_previous_definition(cmark_map_entry *_Nonnull entry) {
    return entry->next;
}

static inline const char *_Nonnull markdown_definition_label(cmark_map_entry *_Nonnull entry) {
    return (const char *)entry->label;
}

static inline const unsigned char *_Nullable markdown_definition_url(cmark_map_entry *_Nonnull entry) {
    return ((cmark_reference *)entry)->url.data;
}

static inline int markdown_definition_url_length(cmark_map_entry *_Nonnull entry) {
    return ((cmark_reference *)entry)->url.len;
}

#endif
