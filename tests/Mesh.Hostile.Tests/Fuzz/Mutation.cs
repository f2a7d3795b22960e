using System.Text;

namespace Mesh.Hostile.Tests.Fuzz;

/// <summary>Changes inputs at random, the same way for the same seed.</summary>
internal sealed class Mutation(FuzzTarget target, Random random)
{
    private const int Longest = 64 * 1024;

    private static readonly byte[] Telling = [0, 1, 9, 10, 13, 32, 34, 35, 37, 39, 46, 47, 58, 59, 61, 63, 64, 92, 127, 128, 192, 254, 255];

    /// <summary>The next input: a right one with one to eight changes.</summary>
    public byte[] Next()
    {
        var input = target.Seeds[random.Next(target.Seeds.Count)].ToList();
        for (var changes = random.Next(1, 9); changes > 0; changes--)
        {
            Change(input);
        }

        return input.Count > Longest ? [.. input.Take(Longest)] : [.. input];
    }

    private void Change(List<byte> input)
    {
        var at = random.Next(input.Count + 1);
        var length = Math.Min(random.Next(1, random.Next(4) == 0 ? 200 : 8), input.Count - at);
        switch (random.Next(10))
        {
            case 0:
                input.Insert(at, (byte)random.Next(256));
                break;
            case 1:
                input.Insert(at, Telling[random.Next(Telling.Length)]);
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.InsertRange(at, input.GetRange(at, length));
                break;
            case 4:
                input.InsertRange(random.Next(input.Count + 1), input.GetRange(at, length));
                break;
            case 5 when at < input.Count:
                input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 6 when target.Words.Count > 0:
                input.InsertRange(at, Encoding.Latin1.GetBytes(target.Words[random.Next(target.Words.Count)]));
                break;
            case 7:
                var other = target.Seeds[random.Next(target.Seeds.Count)];
                input.RemoveRange(at, input.Count - at);
                input.AddRange(other.Skip(random.Next(other.Length + 1)));
                break;
            case 8 when length > 0:
                // Deep and long things: many of the same.
                var piece = input.GetRange(at, Math.Min(length, 16));
                input.InsertRange(at, Enumerable.Repeat(piece, random.Next(1, 400)).SelectMany(p => p));
                break;
            default:
                if (at < input.Count)
                {
                    input[at] = Telling[random.Next(Telling.Length)];
                }

                break;
        }
    }
}
