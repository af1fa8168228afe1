"""A small compiled pipeline, as the SDK writes one."""

import textwrap


def compiled(image: str = "newsdesk:1") -> str:
    """Writes a pipeline of one node with the parameters interval and epochs."""
    return textwrap.dedent(f"""\
        components:
          comp-first:
            executorLabel: exec-first
            inputDefinitions:
              parameters:
                interval: {{parameterType: STRING}}
        deploymentSpec:
          executors:
            exec-first:
              container:
                image: {image}
                command: [python, -m, kubeflow.entrypoint]
        pipelineInfo: {{name: desks}}
        root:
          dag:
            tasks:
              first:
                componentRef: {{name: comp-first}}
                inputs:
                  parameters:
                    interval: {{componentInputParameter: interval}}
                taskInfo: {{name: first}}
          inputDefinitions:
            parameters:
              epochs:
                defaultValue: 3
                isOptional: true
                parameterType: NUMBER_INTEGER
              interval:
                defaultValue: ""
                isOptional: true
                parameterType: STRING
        schemaVersion: 2.1.0
        sdkVersion: kfp-2.5.0
        """)
