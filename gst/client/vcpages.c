/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcpages.h"

#ifdef __linux__

#include <sys/mman.h>

/* The size of a huge page where there are any; a wrong guess costs speed only. */
#define HUGE_PAGE ((gsize) 2 * 1024 * 1024)

static gsize
mapped_size (gsize size)
{
  return (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

gpointer
vc_pages_alloc (gsize size)
{
  gsize mapped = mapped_size (size);
  /* One more, to cut an aligned piece out of. */
  guint8 *region = mmap (NULL, mapped + HUGE_PAGE, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  gsize before;

  if (region == MAP_FAILED)
    g_error ("%s: failed to map %" G_GSIZE_FORMAT " bytes", G_STRLOC, mapped);
  before = -GPOINTER_TO_SIZE (region) % HUGE_PAGE;
  if (before > 0)
    munmap (region, before);
  munmap (region + before + mapped, HUGE_PAGE - before);
  region += before;
  madvise (region, mapped, MADV_HUGEPAGE);
  return region;
}

void
vc_pages_free (gpointer pages, gsize size)
{
  munmap (pages, mapped_size (size));
}

#else

gpointer
vc_pages_alloc (gsize size)
{
  return g_malloc (size);
}

void
vc_pages_free (gpointer pages, gsize size)
{
  g_free (pages);
}

#endif
