// No tables of locales, for liblsn.so and the program that is linked statically: those of ICU, which come with Foundation, are 30 MB,
// and nothing here formats by locale. The layout is that of ICU's stubdata: a header, and a table of contents without entries.
// Compiled with -DTABLE=, the name under which ICU's own is linked: icudt76_dat of ICU 76.
#include <stdint.h>

struct tables {
    uint16_t header_size;
    uint8_t magic[2];
    uint16_t info_size, reserved;
    uint8_t is_big_endian, charset_family, size_of_char, reserved_byte;
    uint8_t data_format[4], format_version[4], data_version[4];
    char padding[8];
    uint32_t count, unused;
    int32_t names[4];
};

_Static_assert(sizeof(struct tables) == 56, "ICU reads a header of 32 bytes, then the contents");

__attribute__((aligned(16))) const struct tables TABLE = {
    .header_size = 32,
    .magic = {0xDA, 0x27},
    .info_size = 20,
    .size_of_char = 2,
    .data_format = {'T', 'o', 'C', 'P'},
    .format_version = {1},
};
