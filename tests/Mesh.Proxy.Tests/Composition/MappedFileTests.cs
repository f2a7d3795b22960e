using Mesh.Proxy.Composition;

namespace Mesh.Proxy.Tests.Composition;

public sealed class MappedFileTests
{
    [Theory]
    [InlineData("r-xp", "/opt/mesh proxy/mesh-proxy", "0 kB", true)]
    [InlineData("r--p", "/usr/lib/libssl.so.3", "0 kB", true)]
    [InlineData("r--p", "/usr/lib/libssl.so.3", "4 kB", false)]
    [InlineData("rw-p", "/usr/lib/libssl.so.3", "0 kB", false)]
    [InlineData("r-xs", "/memfd:doublemapper (deleted)", "0 kB", false)]
    [InlineData("r-xp", "[vdso]", "0 kB", false)]
    [InlineData("r--p", "", "0 kB", false)]
    public void ReadAll_OneMapping_IsTakenOnlyWhereItIsTheFileUntouched(string access, string name, string anonymous, bool isTaken)
    {
        string[] smaps =
        [
            $"7f9a5a8c5000-7f9a5ab42000 {access} 000c5000 fe:00 1835                    {name}",
            "Size:               2548 kB",
            "Rss:                2288 kB",
            $"Anonymous:             {anonymous}",
            "AnonHugePages:         0 kB",
            "VmFlags: rd ex mr mw me",
        ];

        var found = MappedFile.ReadAll(smaps);

        Assert.Equal(isTaken ? [new MappedFile(unchecked((nint)0x7f9a5a8c5000), 0x27d000)] : [], found);
    }

    [Fact]
    public void ReadAll_TwoMappings_EachIsJudgedByItsOwnLines()
    {
        string[] smaps =
        [
            "1000-3000 r-xp 00000000 fe:00 1835 /bin/mesh-proxy",
            "Anonymous:             8 kB",
            "a000-b000 r--p 00002000 fe:00 1835 /bin/mesh-proxy",
            "Anonymous:             0 kB",
        ];

        Assert.Equal([new MappedFile(0xa000, 0x1000)], MappedFile.ReadAll(smaps));
    }
}
