namespace Mesh.Benchmarks.Certificates;

/// <summary>Files that only this user can read.</summary>
internal static class SecretFile
{
    public static void Write(string file, ReadOnlySpan<byte> content)
    {
        using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        stream.Write(content);
    }

    public static void Write(string file, string text) => Write(file, System.Text.Encoding.UTF8.GetBytes(text));
}
