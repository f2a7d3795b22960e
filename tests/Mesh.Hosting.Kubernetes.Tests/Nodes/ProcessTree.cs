namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>What Linux says of processes.</summary>
internal static class ProcessTree
{
    /// <summary>The one child of a process; 0: none.</summary>
    public static int ChildOf(int id) => int.TryParse(Read($"/proc/{id}/task/{id}/children").Split(' ')[0], out var child) ? child : 0;

    /// <summary>The program that a process runs, at most 15 letters; empty: it has ended.</summary>
    public static string NameOf(int id) => Read($"/proc/{id}/comm").Trim();

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return ""; // It has ended.
        }
    }
}
