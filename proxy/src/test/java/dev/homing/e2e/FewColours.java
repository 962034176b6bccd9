// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** Pictures of pages in no more than 256 colours, which is a third of their bytes and nothing that an eye would miss. */
final class FewColours {

    private static final int MOST = 256;

    /** Places for what is used most; the others are for what is most unlike it, such as the one red word. */
    private static final int FREQUENT = 192;

    private FewColours() {}

    /** The same picture, most of its rarer colours replaced by the nearest of those that are kept. */
    static byte[] of(byte[] png) throws IOException {
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
        Map<Integer, Integer> uses = new HashMap<>();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                uses.merge(picture.getRGB(x, y), 1, Integer::sum);
            }
        }
        List<Integer> kept = kept(uses);
        int[] palette = kept.stream().mapToInt(Integer::intValue).toArray();
        BufferedImage few = new BufferedImage(
                picture.getWidth(),
                picture.getHeight(),
                BufferedImage.TYPE_BYTE_INDEXED,
                new IndexColorModel(8, palette.length, palette, 0, false, -1, java.awt.image.DataBuffer.TYPE_BYTE));
        Map<Integer, Integer> places = new HashMap<>();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                int place = places.computeIfAbsent(picture.getRGB(x, y), colour -> kept.indexOf(nearest(kept, colour)));
                few.getRaster().setSample(x, y, 0, place);
            }
        }
        ByteArrayOutputStream smaller = new ByteArrayOutputStream();
        ImageIO.write(few, "png", smaller);
        return smaller.toByteArray();
    }

    private static List<Integer> kept(Map<Integer, Integer> uses) {
        List<Integer> all = uses.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList();
        List<Integer> kept = new ArrayList<>(all.subList(0, Math.min(FREQUENT, all.size())));
        int[] apart =
                all.stream().mapToInt(one -> distance(nearest(kept, one), one)).toArray();
        while (kept.size() < Math.min(MOST, all.size())) {
            int farthest = IntStream.range(0, apart.length)
                    .reduce((one, other) -> apart[other] > apart[one] ? other : one)
                    .orElseThrow();
            kept.add(all.get(farthest));
            for (int i = 0; i < apart.length; i++) {
                apart[i] = Math.min(apart[i], distance(all.get(farthest), all.get(i)));
            }
        }
        return kept;
    }

    private static int nearest(List<Integer> kept, int colour) {
        return kept.stream()
                .min(Comparator.comparingInt(one -> distance(one, colour)))
                .orElseThrow();
    }

    private static int distance(int one, int other) {
        int sum = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int difference = (one >> shift & 0xff) - (other >> shift & 0xff);
            sum += difference * difference;
        }
        return sum;
    }
}
