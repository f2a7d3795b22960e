namespace Mesh.EndToEnd.Tests.Running;

/// <summary>Tests that take minutes run by a verb of their own.</summary>
internal static class Soak
{
    public static void SkipUnlessAsked() => Assert.SkipUnless(Environment.GetEnvironmentVariable("MESH_SOAK") == "1", "Takes minutes: ./build.sh soak runs it.");
}
