/* SPDX-License-Identifier: MIT */
/* A policy's fields from text and back, and its errors as sentences. */
#include "about/mem.h"
#include "policy/fields.h"

#include <sst/codec.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Removes the white space around the text. NULL counts as empty. */
static struct sst_text trim(struct sst_text text)
{
    const char *at = text.at;
    size_t length = text.length;
    if (at == NULL) {
        return (struct sst_text){"", 0};
    }
    while (length > 0 && is_space(at[length - 1])) {
        length--;
    }
    while (length > 0 && is_space(*at)) {
        at++;
        length--;
    }
    return (struct sst_text){at, length};
}

/* Ignores letter case, and treats '-' as '_'. */
static char fold(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (char)(c - 'A' + 'a');
    }
    return c == '-' ? '_' : c;
}

/* A word ends with its string, or before the next word of a range. */
static bool is_end(char c)
{
    return c == '\0' || c == '|';
}

static size_t word_length(const char *word)
{
    size_t length = 0;
    while (!is_end(word[length])) {
        length++;
    }
    return length;
}

static bool matches(struct sst_text text, const char *word)
{
    for (size_t i = 0; i < text.length; i++) {
        if (is_end(word[i]) || fold(text.at[i]) != fold(word[i])) {
            return false;
        }
    }
    return is_end(word[text.length]);
}

static const struct sst_field *find_field(struct sst_table table, struct sst_text name)
{
    /* The name in the configuration of other SIP programs. */
    static const char alias[] = "default_expires";
    if (matches(name, alias)) {
        name = (struct sst_text){"session_expires", sizeof "session_expires" - 1};
    }
    const struct sst_field *field = table.fields;
    for (size_t i = 0; i < table.count; i++, field++) {
        if (matches(name, field->name)) {
            return field;
        }
    }
    return NULL;
}

/* The enumerator for a word of the range. */
static bool word_value(const struct sst_field *field, struct sst_text text, uint32_t *value)
{
    const char *word = field->range;
    for (uint32_t i = field->lowest; i <= field->highest; i++) {
        if (matches(text, word)) {
            *value = i;
            return true;
        }
        word += word_length(word) + 1;
    }
    return false;
}

static bool flag_value(const struct sst_field *field, struct sst_text text, uint32_t *value)
{
    static const struct {
        char word[6];
        bool yes;
    } other[] = {{"false", false}, {"true", true}, {"off", false},
                 {"on", true},     {"0", false},   {"1", true}};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        if (matches(text, other[i].word)) {
            *value = other[i].yes;
            return true;
        }
    }
    return word_value(field, text, value);
}

/* Digits only. A number that does not fit gives SST_ERR_RANGE and the largest value. */
static int number_value(struct sst_text text, uint32_t *value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            return SST_ERR_SYNTAX;
        }
        if (number <= UINT32_MAX) {
            number = number * 10 + (uint64_t)(text.at[i] - '0');
        }
    }
    if (text.length == 0) {
        return SST_ERR_SYNTAX;
    }
    if (number > UINT32_MAX) {
        *value = UINT32_MAX;
        return SST_ERR_RANGE;
    }
    *value = (uint32_t)number;
    return SST_OK;
}

static int field_from_text(const struct sst_field *field, struct sst_text text,
                           uint32_t absolute_min, uint32_t *value)
{
    switch ((enum sst_field_kind)field->kind) {
    case SST_FIELD_WORDS:
        return word_value(field, text, value) ? SST_OK : SST_ERR_SYNTAX;
    case SST_FIELD_FLAG:
        return flag_value(field, text, value) ? SST_OK : SST_ERR_SYNTAX;
    case SST_FIELD_NUMBER:
    case SST_FIELD_INTERVAL:
    case SST_FIELD_MAYBE:
    case SST_FIELD_HALF:
        break;
    }
    int result = number_value(text, value);
    if (result == SST_OK && !sst_field_allows(field, *value, absolute_min)) {
        result = SST_ERR_RANGE;
    }
    return result;
}

/* Copies the beginning of the text into the error. */
static void quote(struct sst_policy_error *error, struct sst_text text)
{
    if (error != NULL) {
        size_t most = sizeof error->text - 1;
        memcpy(error->text, text.at, text.length < most ? text.length : most);
    }
}

int sst_table_set(struct sst_table table, void *structure, uint32_t absolute_min,
                  struct sst_text name, struct sst_text value, struct sst_policy_error *error)
{
    if (structure == NULL || (name.at == NULL && name.length > 0) ||
        (value.at == NULL && value.length > 0)) {
        return sst_policy_fail(error, SST_ERR_ARGUMENT, NULL, NULL, NULL, 0);
    }
    struct sst_text field_name = trim(name);
    const struct sst_field *field = find_field(table, field_name);
    if (field == NULL || !sst_field_within(field, structure)) {
        int result = sst_policy_fail(error, SST_ERR_UNKNOWN_NAME, NULL, NULL, NULL, 0);
        quote(error, field_name);
        return result;
    }
    struct sst_text text = trim(value);
    uint32_t number = 0;
    int result = field_from_text(field, text, absolute_min, &number);
    if (result != SST_OK) {
        const char *range = sst_field_range(field, absolute_min);
        sst_policy_fail(error, result, field->name, range, NULL, number);
        quote(error, text);
        return result;
    }
    sst_field_store(structure, field, number);
    return SST_OK;
}

/* Prints the word of the range for a value. */
static size_t print_word(const struct sst_field *field, uint32_t value, char *buffer, size_t size)
{
    const char *word = field->range;
    for (uint32_t i = field->lowest; i < value; i++) {
        word += word_length(word) + 1;
    }
    size_t length = word_length(word);
    if (size > 0) {
        size_t part = length < size ? length : 0;
        memcpy(buffer, word, part);
        buffer[part] = '\0';
    }
    return length;
}

size_t sst_table_get(struct sst_table table, const void *structure, uint32_t absolute_min,
                     struct sst_text name, char *buffer, size_t size)
{
    if (buffer == NULL) {
        size = 0;
    }
    const struct sst_field *field = NULL;
    if (structure != NULL && name.at != NULL) {
        field = find_field(table, trim(name));
    }
    if (field == NULL) {
        if (size > 0) {
            buffer[0] = '\0';
        }
        return 0;
    }
    uint32_t value = sst_table_value(table, structure, field);
    bool is_word = field->kind == SST_FIELD_WORDS || field->kind == SST_FIELD_FLAG;
    if (is_word && sst_field_allows(field, value, absolute_min)) {
        return print_word(field, value, buffer, size);
    }
    return sst_print_seconds(buffer, size, value);
}

static void describe(const char **to, const char *text)
{
    if (to != NULL) {
        *to = text;
    }
}

bool sst_table_describe(struct sst_table table, size_t index, const char **name, const char **range,
                        const char **unit, const char **section)
{
    if (index >= table.count) {
        return false;
    }
    const struct sst_field *field = &table.fields[index];
    describe(name, field->name);
    describe(range, field->range);
    describe(unit, field->unit);
    describe(section, field->section);
    return true;
}

/* The value as it was given, with control characters replaced, or else the number. */
static void add_value(struct sst_growing *sentence, const struct sst_policy_error *error)
{
    char digits[SST_VALUE_SIZE];
    if (error->text[0] != '\0') {
        for (size_t i = 0; i < sizeof error->text && error->text[i] != '\0'; i++) {
            bool control = (unsigned char)error->text[i] < ' ' || error->text[i] == 0x7f;
            sst_put_char(sentence, control ? '?' : error->text[i]);
        }
    } else if (error->code == SST_ERR_SYNTAX || error->code == SST_ERR_UNKNOWN_NAME) {
        sst_put(sentence, "an empty text");
    } else {
        sst_print_seconds(digits, sizeof digits, error->value);
        sst_put(sentence, digits);
    }
}

static void add_error(struct sst_growing *sentence, const struct sst_policy_error *error)
{
    if (error->field != NULL) {
        sst_put(sentence, error->field);
        sst_put(sentence, ": ");
        add_value(sentence, error);
        if (error->code == SST_ERR_CONFLICT) {
            sst_put(sentence, " conflicts with ");
            sst_put(sentence, error->other != NULL ? error->other : "another field");
            sst_put(sentence, "; allowed is ");
        } else if (error->code == SST_ERR_VERSION) {
            sst_put(sentence, " is not the size that this library knows; it has to be ");
        } else {
            sst_put(sentence, " is not in ");
        }
        sst_put(sentence, error->range != NULL ? error->range : "its range");
    } else if (error->code == SST_ERR_UNKNOWN_NAME) {
        add_value(sentence, error);
        sst_put(sentence, ": no such field");
    } else {
        sst_put(sentence, sst_result_name(error->code));
    }
}

size_t sst_policy_error_print(const struct sst_policy_error *error, char *buffer, size_t size)
{
    struct sst_growing sentence = {buffer, buffer != NULL ? size : 0, 0};
    if (error != NULL) {
        add_error(&sentence, error);
    }
    /* The last place is overwritten by the terminator. */
    if (sentence.size > 0) {
        size_t last = sentence.size - 1;
        sentence.buffer[sentence.length < last ? sentence.length : last] = '\0';
    }
    return sentence.length;
}
