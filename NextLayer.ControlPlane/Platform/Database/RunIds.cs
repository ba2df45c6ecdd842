namespace NextLayer.ControlPlane.Platform.Database;

/// <summary>
/// Makes UUIDv7 ids that also grow within one millisecond, so that runs of one batch keep their order and every
/// insert goes to the right-hand edge of the primary key (RFC 9562, section 6.2, method 1).
/// </summary>
internal sealed class RunIds(TimeProvider time)
{
    private readonly Lock gate = new();
    private long lastMilliseconds;
    private int counter;

    /// <summary>Least id that a run made at this time or later can have: a UUIDv7 begins with 48 bits of Unix milliseconds.</summary>
    public static Guid FirstAt(DateTimeOffset time)
    {
        var milliseconds = Math.Clamp(time.ToUnixTimeMilliseconds() + (time.Ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0), 0, 0xFFFF_FFFF_FFFF);
        return Guid.ParseExact($"{milliseconds:x12}{new string('0', 20)}", "N");
    }

    public Guid Next()
    {
        long milliseconds;
        int sequence;
        lock (gate)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            if (now > lastMilliseconds)
                (lastMilliseconds, counter) = (now, 0);
            else if (++counter > 0xFFF)
                (lastMilliseconds, counter) = (lastMilliseconds + 1, 0); // Borrow from the next millisecond.
            (milliseconds, sequence) = (lastMilliseconds, counter);
        }

        Span<byte> bytes = stackalloc byte[16];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes[8..]);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, (milliseconds << 16) | 0x7000L | (uint)sequence);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
