/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The running time at which the first picture is shown. */
typedef enum
{
  ANIM_GIF_ARRIVAL_ZERO, /* nothing is added to upstream's */
  ANIM_GIF_ARRIVAL_NOW,
} AnimGifArrival;

/* The properties of animgifdec. Has no lock of its own. */
typedef struct
{
  int loop_count;
  gboolean progressive;
  gboolean repeat_frames;
  guint background; /* 0xAARRGGBB */
  guint64 max_pixels;
  guint64 max_total_pixels;
  guint64 max_size;
  AnimGifArrival arrival;
  gboolean qos;
} AnimGifSettings;

/* Installs the properties, under ids from 1 on. */
void anim_gif_settings_install_properties (GObjectClass *klass);

/* Gives each its default, as installed. */
void anim_gif_settings_init (AnimGifSettings *settings);

/* @id is one of the installed. */
void anim_gif_settings_set (
    AnimGifSettings *settings, guint id, const GValue *value);
void anim_gif_settings_get (
    const AnimGifSettings *settings, guint id, GValue *value);

G_END_DECLS
