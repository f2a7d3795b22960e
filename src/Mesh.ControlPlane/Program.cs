using Mesh.ControlPlane.Composition;

#pragma warning disable RS0030 // the one place that may touch the terminal: errors before there is a log
return await ControlPlaneProcess.RunAsync(args, Console.Error, TimeProvider.System);
