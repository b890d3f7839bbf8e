#include "LSNCPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

/// Keeps the reason, and leaves libpng.
static void fail(png_structp png, png_const_charp message) {
    struct lsn_png *file = png_get_error_ptr(png);
    snprintf(file->reason, sizeof file->reason, "%s", message);
    png_longjmp(png, 1);
}

/// Warnings are of what does not matter for the pixels.
static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    struct lsn_png *file = png_get_io_ptr(png);
    if (count > file->count - file->place) {
        file->place = file->count;
        png_error(png, "the file ends within the picture");
    }
    memcpy(target, file->bytes + file->place, count);
    file->place += count;
}

/// Starts at the file's beginning; info is what is before the pixels.
static void read_header(png_structp png, png_infop info, struct lsn_png *file) {
    png_set_read_fn(png, file, read_bytes);
    // Comments, colour profiles and times are skipped, their checksums are not.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(png, info);
    file->width = png_get_image_width(png, info);
    file->height = png_get_image_height(png, info);
}

/// Looks the colours of a row up, in place: its first `width` bytes are numbers of colours. From the end, so that none is
/// overwritten before it is read.
static void look_up(png_structp png, png_const_colorp palette, int colours, uint8_t *row, uint32_t width) {
    for (size_t x = width; x-- > 0;) {
        const int colour = row[x];
        if (colour >= colours) {
            char message[80];
            snprintf(message, sizeof message, "a pixel has colour %d, and the palette has %d", colour, colours);
            png_error(png, message);
        }
        row[3 * x] = palette[colour].red;
        row[3 * x + 1] = palette[colour].green;
        row[3 * x + 2] = palette[colour].blue;
    }
}

static void read_rows(png_structp png, png_infop info, struct lsn_png *file, uint8_t *pixels) {
    const int type = png_get_color_type(png, info);
    const int is_palette = type == PNG_COLOR_TYPE_PALETTE;
    if (is_palette) {
        png_set_packing(png);
    } else {
        png_set_expand_gray_1_2_4_to_8(png);
        png_set_strip_16(png);
        png_set_strip_alpha(png);
        if (!(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
    }
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const size_t stride = 3 * (size_t)file->width;
    if (png_get_rowbytes(png, info) != (is_palette ? file->width : stride)) png_error(png, "rows of an unknown layout");
    for (int pass = 0; pass < passes; ++pass)
        for (uint32_t y = 0; y < file->height; ++y) png_read_row(png, pixels + y * stride, NULL);
    if (is_palette) {
        png_colorp palette = NULL;
        int colours = 0;
        png_get_PLTE(png, info, &palette, &colours);
        for (uint32_t y = 0; y < file->height; ++y) look_up(png, palette, colours, pixels + y * stride, file->width);
    }
    // What comes behind the pixels, so that a file that was cut short is not taken for whole.
    png_read_end(png, NULL);
}

static int read_file(struct lsn_png *file, uint8_t *pixels) {
    file->place = 0;
    file->reason[0] = 0;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, file, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        snprintf(file->reason, sizeof file->reason, "libpng found no memory");
        return -1;
    }
    // Neither pointer changes from here on, so that both are what they were when libpng jumps back.
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return -1;
    }
    read_header(png, info, file);
    if (pixels) read_rows(png, info, file, pixels);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}

int lsn_png_read_size(struct lsn_png *file) { return read_file(file, NULL); }

int lsn_png_read_pixels(struct lsn_png *file, uint8_t *pixels) { return read_file(file, pixels); }
